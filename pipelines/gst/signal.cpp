// SPDX-License-Identifier: Apache-2.0
#include "pipelines/gst/signal.h"

namespace tessera::gst {

SignalConnection::SignalConnection(gpointer object, gulong id) : object_(g_new0(GWeakRef, 1)), id_(id) {
  g_weak_ref_init(object_, object);
}

void SignalConnection::reset() {
  if (!object_) return;
  if (gpointer object = g_weak_ref_get(object_)) {
    if (id_ && g_signal_handler_is_connected(object, id_)) g_signal_handler_disconnect(object, id_);
    g_object_unref(object);
  }
  g_weak_ref_clear(object_);
  g_free(std::exchange(object_, nullptr));
  id_ = 0;
}

}  // namespace tessera::gst
