// SPDX-License-Identifier: Apache-2.0
#include "pipelines/gst/promise.h"

namespace tessera::gst {
namespace {

struct Pending {
  const char* what;
  ReplyHandler onReply;
};

Result<const GstStructure*> resultOf(GstPromise* promise, const char* what) {
  if (gst_promise_wait(promise) != GST_PROMISE_RESULT_REPLIED)  // already settled: does not wait
    return fail(ErrorCode::mediaFailed, "{}: no reply", what);
  const GstStructure* reply = gst_promise_get_reply(promise);
  GError* error = nullptr;
  if (reply && gst_structure_get(reply, "error", G_TYPE_ERROR, &error, nullptr))
    return tl::unexpected(Error::fromGError(ErrorCode::mediaFailed, what, error));
  return reply;
}

}  // namespace

Ref<GstPromise> makePromise(const char* what, ReplyHandler onReply) {
  return Ref<GstPromise>::adopt(gst_promise_new_with_change_func(
      [](GstPromise* promise, gpointer data) {
        const auto* pending = static_cast<Pending*>(data);
        pending->onReply(resultOf(promise, pending->what));
      },
      new Pending{what, std::move(onReply)}, [](gpointer data) { delete static_cast<Pending*>(data); }));
}

}  // namespace tessera::gst
