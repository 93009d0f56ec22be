// SPDX-License-Identifier: Apache-2.0
#include "pipelines/gst/task_pool.h"

namespace tessera::gst {
namespace {

struct Work {
  GstTaskPoolFunction function;
  gpointer data;
};

gpointer run(gpointer data) {
  const Work work = *static_cast<Work*>(data);
  delete static_cast<Work*>(data);
  work.function(work.data);
  return nullptr;
}

void prepare(GstTaskPool*, GError**) {}
void cleanup(GstTaskPool*) {}

gpointer push(GstTaskPool*, GstTaskPoolFunction function, gpointer data, GError** error) {
  auto* work = new Work{function, data};
  GThread* thread = g_thread_try_new("task", run, work, error);
  if (!thread) delete work;
  return thread;
}

void join(GstTaskPool*, gpointer thread) {
  if (thread) g_thread_join(static_cast<GThread*>(thread));
}

void dispose(GstTaskPool*, gpointer thread) {
  if (thread) g_thread_unref(static_cast<GThread*>(thread));
}

void classInit(gpointer klass, gpointer) {
  auto* pool = GST_TASK_POOL_CLASS(klass);
  pool->prepare = prepare;
  pool->cleanup = cleanup;
  pool->push = push;
  pool->join = join;
  pool->dispose_handle = dispose;
}

}  // namespace

Ref<GstTaskPool> makeTaskPool() {
  static const GType type =
      g_type_register_static_simple(GST_TYPE_TASK_POOL, "TesseraTaskPool", sizeof(GstTaskPoolClass),
                                    classInit, sizeof(GstTaskPool), nullptr, static_cast<GTypeFlags>(0));
  return Ref<GstTaskPool>::adopt(GST_TASK_POOL(gst_object_ref_sink(g_object_new(type, nullptr))));
}

void runOn(GstTaskPool* pool, GstMessage* message) {
  if (GST_MESSAGE_TYPE(message) != GST_MESSAGE_STREAM_STATUS) return;
  GstStreamStatusType status{};
  gst_message_parse_stream_status(message, &status, nullptr);
  const GValue* object = gst_message_get_stream_status_object(message);
  if (status == GST_STREAM_STATUS_TYPE_CREATE && object && G_VALUE_HOLDS(object, GST_TYPE_TASK))
    gst_task_set_pool(GST_TASK(g_value_get_object(object)), pool);
}

}  // namespace tessera::gst
