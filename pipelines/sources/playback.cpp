// SPDX-License-Identifier: Apache-2.0
#include "pipelines/sources/playback.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "base/log.h"
#include "pipelines/gst/clock.h"
#include "pipelines/gst/element.h"
#include "pipelines/gst/task_pool.h"

namespace tessera {
namespace {

constexpr const char* kDamaged = "the file is damaged";

// What an element says may name the URL, with its password: only its kind is told.
Error errorOf(GstMessage* message, bool stream) {
  GError* error = nullptr;
  gst_message_parse_error(message, &error, nullptr);
  const auto is = [error](GQuark domain, int code) { return error && g_error_matches(error, domain, code); };
  const auto resource = [&](int code) { return is(GST_RESOURCE_ERROR, code); };
  Error ours{ErrorCode::mediaFailed, stream ? "the connection failed" : kDamaged};
  if (resource(GST_RESOURCE_ERROR_NOT_AUTHORIZED)) {
    ours = {ErrorCode::forbidden, "the server asks for a password, or for another one"};
  } else if (resource(GST_RESOURCE_ERROR_NOT_FOUND)) {
    ours = {ErrorCode::notFound, "the server does not have it"};
  } else if (resource(GST_RESOURCE_ERROR_OPEN_READ) || resource(GST_RESOURCE_ERROR_OPEN_READ_WRITE)) {
    ours = {ErrorCode::mediaFailed, "no connection to the server"};
  } else if (is(GST_CORE_ERROR, GST_CORE_ERROR_MISSING_PLUGIN) ||
             is(GST_STREAM_ERROR, GST_STREAM_ERROR_TYPE_NOT_FOUND) ||
             is(GST_STREAM_ERROR, GST_STREAM_ERROR_CODEC_NOT_FOUND) ||
             is(GST_STREAM_ERROR, GST_STREAM_ERROR_WRONG_TYPE)) {
    ours = {ErrorCode::unsupported, "it is of a type that is not played"};
  }
  log::debug("source failed", {{"element", gst::describe(GST_MESSAGE_SRC(message))},
                               {"domain", error ? g_quark_to_string(error->domain) : ""},
                               {"code", error ? error->code : 0}});
  g_clear_error(&error);
  return ours;
}

// Opened here rather than by filesrc: what is not a file would block it, and nothing can take its place
// later. The path is one that the server has resolved, so a link was put there since.
Status openFile(const std::string& path, PlayShared& shared) {
  const int file = ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY);
  if (file < 0)
    return errno == ENOENT ? fail(ErrorCode::notFound, "the file does not exist")
                           : fail(ErrorCode::io, "the file cannot be opened (error {})", errno);
  const std::lock_guard lock(shared.mutex);
  shared.file = file;
  struct stat what {};
  if (::fstat(file, &what) != 0 || !S_ISREG(what.st_mode)) return fail(ErrorCode::io, "it is not a file");
  return {};
}

// On a thread that may wait, never after what the reaper does.
struct Starter {
  SourceUrl url;
  std::shared_ptr<PlayShared> shared;
  std::shared_ptr<PlayGraph> graph;

  void run() const {
    const std::lock_guard lock(shared->stateMutex);
    if (!shared->isOpen()) return;
    if (url.kind == SourceUrl::Kind::file) {
      if (auto opened = openFile(url.location, *shared); !opened) {
        shared->toMain([why = opened.error()](Playback& playback) { playback.onFailed(why); });
        return;
      }
      g_object_set(graph->source.get(), "location", fmt::format("/proc/self/fd/{}", shared->file).c_str(),
                   nullptr);
    }
    if (gst_element_set_state(graph->pipeline.get(), GST_STATE_PLAYING) == GST_STATE_CHANGE_FAILURE)
      shared->toMain([](Playback& playback) {
        playback.onFailed({ErrorCode::mediaFailed, "it cannot be played"});
      });
  }
};

// On the reaper's thread.
void takeApart(PlayShared& shared, PlayGraph& graph) {
  const std::lock_guard lock(shared.stateMutex);
  gst_element_set_state(graph.pipeline.get(), GST_STATE_NULL);
  graph.picture.reset();
  graph.sound.reset();
  const std::lock_guard entries(shared.mutex);
  shared.picture.entry = {};
  shared.sound.entry = {};
}

}  // namespace

Playback::Playback(const SourceUrl& url, Slots slots, Reaper& reaper, Handlers handlers)
    : handlers_(std::move(handlers)),
      reaper_(reaper),
      shared_(std::make_shared<PlayShared>(url.isStream() ? PlayTime::Kind::live : PlayTime::Kind::played,
                                           slots.channels)) {
  shared_->owner = weak_.get();
  shared_->videoSlot = std::move(slots.video);
  shared_->audioSlot = std::move(slots.audio);
  shared_->lastSign = gst::now();
}

Result<std::unique_ptr<Playback>> Playback::make(const SourceUrl& url, Slots slots, Reaper& reaper,
                                                 Handlers handlers) {
  std::unique_ptr<Playback> playback(new Playback(url, std::move(slots), reaper, std::move(handlers)));
  if (auto started = playback->start(url); !started) return tl::unexpected(started.error());
  return playback;
}

Status Playback::start(const SourceUrl& url) {
  auto graph = makePlayGraph(url, shared_);
  if (!graph) return tl::unexpected(graph.error());
  graph_ = std::make_shared<PlayGraph>(std::move(*graph));
  bus_ = std::make_shared<gst::BusWatch>(
      GST_PIPELINE(graph_->pipeline.get()), GST_MESSAGE_ERROR,
      [weak = weak_.get()](GstMessage* message) {
        if (auto* self = weak.get()) self->onMessage(message);
      },
      [pool = gst::makeTaskPool()](GstMessage* message) { gst::runOn(pool.get(), message); });
  gst_element_call_async(
      graph_->pipeline.get(), [](GstElement*, gpointer data) { static_cast<Starter*>(data)->run(); },
      new Starter{url, shared_, graph_}, [](gpointer data) { delete static_cast<Starter*>(data); });
  return {};
}

Playback::~Playback() {
  weak_.invalidate();
  shared_->close();
  if (!graph_) return;
  // The bus is watched to the end: a thread that is still to begin is not to be one of GStreamer's pool.
  reaper_.bury("source", [shared = shared_, graph = std::move(graph_), bus = std::move(bus_)] {
    takeApart(*shared, *graph);
  });
}

void Playback::begin(std::optional<Nanos> at) {
  begun_ = true;
  if (at) shared_->time.beginAt(*at);
  shared_->lastSign = gst::now();
  shared_->gate.open();
}

Playback::Nanos Playback::endsAt() const {
  return shared_->endsAt;
}

std::optional<Playback::Nanos> Playback::length() const {
  const Nanos length = shared_->length;
  return length > Nanos{0} ? std::optional(length) : std::nullopt;
}

// decodebin keeps some errors of what it is about to plug in to itself: a damaged file may just say nothing.
std::optional<Error> Playback::stalled(Nanos now) const {
  const bool neverBegan = !shared_->live && endsAt() == Nanos{0};
  if (!begun_ || over_ || now - shared_->lastSign.load() <= (neverBegan ? kFileBegins : kStalled)) return {};
  return neverBegan ? Error{ErrorCode::mediaFailed, kDamaged}
                    : Error{ErrorCode::timeout, "nothing comes from it"};
}

void Playback::onMedia(bool video, bool audio) {
  const auto handler = handlers_.onMedia;  // outlives us
  handler(video, audio);
}

void Playback::onEnd() {
  if (std::exchange(over_, true)) return;
  const auto handler = handlers_.onEnd;
  handler();
}

void Playback::onVideoSize(int width, int height) {
  const auto handler = handlers_.onVideoSize;
  handler(width, height);
}

void Playback::onMessage(GstMessage* message) {
  if (shared_->tooLarge) return onFailed(kTooLarge);
  onFailed(errorOf(message, shared_->live));
}

void Playback::onFailed(const Error& why) {
  if (std::exchange(over_, true)) return;
  const auto handler = handlers_.onFailed;
  handler(why);
}

}  // namespace tessera
