// SPDX-License-Identifier: Apache-2.0
#include "signaling/guarded_stream.h"

#include <utility>

#include "signaling/object_ref.h"

// Three small GObject classes: filters around the input and the output stream, which libsoup drives by
// GPollable*Stream, and the GIOStream that holds them and closes what it wraps.

namespace tessera::signaling {

StreamWatch::StreamWatch(std::size_t maxMessageBytes)
    : lastHeard(std::chrono::steady_clock::now()),
      inbound(maxMessageBytes),
      outbound({[](const FrameParser::Frame&) {},
                [this](const FrameParser::Frame& frame, std::size_t bytes) {
                  if (!frame.control()) writtenPayload += bytes;
                }}) {}

namespace {

using WatchPtr = std::shared_ptr<StreamWatch>;
constexpr int kMaxDiscardedReads = 64;  // in one go; the rest of a flood waits for the next turn of the loop

std::span<const std::uint8_t> bytesOf(const void* data, gssize size) {
  return {static_cast<const std::uint8_t*>(data), static_cast<std::size_t>(size)};
}

gssize wouldBlock(GError** error) {
  g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK, "discarded");
  return -1;
}

// ---- input

struct GuardedInput {
  GFilterInputStream parent;
  WatchPtr* watch;
};
struct GuardedInputClass {
  GFilterInputStreamClass parent;
};

GPollableInputStream* baseInput(GPollableInputStream* self) {
  return G_POLLABLE_INPUT_STREAM(g_filter_input_stream_get_base_stream(G_FILTER_INPUT_STREAM(self)));
}

gssize inputRead(GPollableInputStream* stream, void* buffer, gsize count, GError** error) {
  StreamWatch& watch = **reinterpret_cast<GuardedInput*>(stream)->watch;
  for (int reads = 0; reads < kMaxDiscardedReads; ++reads) {
    const gssize n =
        g_pollable_input_stream_read_nonblocking(baseInput(stream), buffer, count, nullptr, error);
    if (n <= 0) return n;
    watch.lastHeard = std::chrono::steady_clock::now();
    if (watch.discarding) continue;
    const auto& violation = watch.inbound.feed(bytesOf(buffer, n), watch.lastHeard);
    if (!violation) return n;
    watch.discarding = true;
    if (const auto tell = std::exchange(watch.onViolation, nullptr)) tell(*violation);
  }
  return wouldBlock(error);
}

void inputPollable(gpointer iface, gpointer) {
  auto* pollable = static_cast<GPollableInputStreamInterface*>(iface);
  pollable->can_poll = [](GPollableInputStream* s) { return g_pollable_input_stream_can_poll(baseInput(s)); };
  pollable->is_readable = [](GPollableInputStream* s) {
    return g_pollable_input_stream_is_readable(baseInput(s));
  };
  pollable->create_source = [](GPollableInputStream* s, GCancellable* cancellable) {
    GSource* base = g_pollable_input_stream_create_source(baseInput(s), cancellable);
    GSource* source = g_pollable_source_new_full(s, base, nullptr);
    g_source_unref(base);
    return source;
  };
  pollable->read_nonblocking = inputRead;
}

G_DEFINE_TYPE_WITH_CODE(GuardedInput, guarded_input, G_TYPE_FILTER_INPUT_STREAM,
                        G_IMPLEMENT_INTERFACE(G_TYPE_POLLABLE_INPUT_STREAM, inputPollable))

void guarded_input_init(GuardedInput* self) {
  self->watch = new WatchPtr;
}
void guarded_input_class_init(GuardedInputClass* klass) {
  G_OBJECT_CLASS(klass)->finalize = [](GObject* object) {
    delete reinterpret_cast<GuardedInput*>(object)->watch;
    G_OBJECT_CLASS(guarded_input_parent_class)->finalize(object);
  };
}

// ---- output

struct GuardedOutput {
  GFilterOutputStream parent;
  WatchPtr* watch;
};
struct GuardedOutputClass {
  GFilterOutputStreamClass parent;
};

GPollableOutputStream* baseOutput(GPollableOutputStream* self) {
  return G_POLLABLE_OUTPUT_STREAM(g_filter_output_stream_get_base_stream(G_FILTER_OUTPUT_STREAM(self)));
}

gssize outputWrite(GPollableOutputStream* stream, const void* buffer, gsize count, GError** error) {
  const gssize n =
      g_pollable_output_stream_write_nonblocking(baseOutput(stream), buffer, count, nullptr, error);
  if (n > 0) (*reinterpret_cast<GuardedOutput*>(stream)->watch)->outbound.feed(bytesOf(buffer, n));
  return n;
}

void outputPollable(gpointer iface, gpointer) {
  auto* pollable = static_cast<GPollableOutputStreamInterface*>(iface);
  pollable->can_poll = [](GPollableOutputStream* s) {
    return g_pollable_output_stream_can_poll(baseOutput(s));
  };
  pollable->is_writable = [](GPollableOutputStream* s) {
    return g_pollable_output_stream_is_writable(baseOutput(s));
  };
  pollable->create_source = [](GPollableOutputStream* s, GCancellable* cancellable) {
    GSource* base = g_pollable_output_stream_create_source(baseOutput(s), cancellable);
    GSource* source = g_pollable_source_new_full(s, base, nullptr);
    g_source_unref(base);
    return source;
  };
  pollable->write_nonblocking = outputWrite;
}

G_DEFINE_TYPE_WITH_CODE(GuardedOutput, guarded_output, G_TYPE_FILTER_OUTPUT_STREAM,
                        G_IMPLEMENT_INTERFACE(G_TYPE_POLLABLE_OUTPUT_STREAM, outputPollable))

void guarded_output_init(GuardedOutput* self) {
  self->watch = new WatchPtr;
}
void guarded_output_class_init(GuardedOutputClass* klass) {
  G_OBJECT_CLASS(klass)->finalize = [](GObject* object) {
    delete reinterpret_cast<GuardedOutput*>(object)->watch;
    G_OBJECT_CLASS(guarded_output_parent_class)->finalize(object);
  };
}

// ---- both

struct GuardedStream {
  GIOStream parent;
  GIOStream* base;
  GInputStream* input;
  GOutputStream* output;
};
struct GuardedStreamClass {
  GIOStreamClass parent;
};

G_DEFINE_TYPE(GuardedStream, guarded_stream, G_TYPE_IO_STREAM)

GuardedStream* guarded(void* object) {
  return static_cast<GuardedStream*>(object);
}

// The default would close in a thread of its own.
void streamCloseAsync(GIOStream* stream, int priority, GCancellable* cancellable,
                      GAsyncReadyCallback callback, gpointer data) {
  GTask* task = g_task_new(stream, cancellable, callback, data);
  const auto closed = [](GObject* base, GAsyncResult* result, gpointer waiting) {
    const auto pending = ObjectRef<GTask>::adopt(G_TASK(waiting));
    GError* error = nullptr;
    if (g_io_stream_close_finish(G_IO_STREAM(base), result, &error))
      g_task_return_boolean(pending.get(), TRUE);
    else
      g_task_return_error(pending.get(), error);
  };
  g_io_stream_close_async(guarded(stream)->base, priority, cancellable, closed, task);
}

void guarded_stream_init(GuardedStream*) {}
void guarded_stream_class_init(GuardedStreamClass* klass) {
  GIOStreamClass* stream = G_IO_STREAM_CLASS(klass);
  stream->get_input_stream = [](GIOStream* s) { return guarded(s)->input; };
  stream->get_output_stream = [](GIOStream* s) { return guarded(s)->output; };
  stream->close_fn = [](GIOStream* s, GCancellable* cancellable, GError** error) {
    return g_io_stream_close(guarded(s)->base, cancellable, error);
  };
  stream->close_async = streamCloseAsync;
  stream->close_finish = [](GIOStream*, GAsyncResult* result, GError** error) {
    return g_task_propagate_boolean(G_TASK(result), error);
  };
  G_OBJECT_CLASS(klass)->dispose = [](GObject* object) {
    G_OBJECT_CLASS(guarded_stream_parent_class)->dispose(object);  // closes, and needs the parts for it
    g_clear_object(&guarded(object)->input);
    g_clear_object(&guarded(object)->output);
    g_clear_object(&guarded(object)->base);
  };
}

}  // namespace

GIOStream* newGuardedStream(GIOStream* base, std::shared_ptr<StreamWatch> watch) {
  auto* stream = static_cast<GuardedStream*>(g_object_new(guarded_stream_get_type(), nullptr));
  stream->base = G_IO_STREAM(g_object_ref(base));
  auto* input = static_cast<GuardedInput*>(g_object_new(guarded_input_get_type(), "base-stream",
                                                        g_io_stream_get_input_stream(base),
                                                        "close-base-stream", FALSE, nullptr));
  auto* output = static_cast<GuardedOutput*>(g_object_new(guarded_output_get_type(), "base-stream",
                                                          g_io_stream_get_output_stream(base),
                                                          "close-base-stream", FALSE, nullptr));
  *input->watch = watch;
  *output->watch = std::move(watch);
  stream->input = G_INPUT_STREAM(input);
  stream->output = G_OUTPUT_STREAM(output);
  return G_IO_STREAM(stream);
}

}  // namespace tessera::signaling
