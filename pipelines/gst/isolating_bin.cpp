// SPDX-License-Identifier: Apache-2.0
#include "pipelines/gst/isolating_bin.h"

#include "base/log.h"
#include "pipelines/gst/element.h"

namespace tessera::gst {
namespace {

struct IsolatingBin {
  GstBin parent;
  BinErrorHandler* onError;
};
struct IsolatingBinClass {
  GstBinClass parent;
};

GstBinClass* parentClass = nullptr;

void reportError(IsolatingBin* self, GstMessage* message) {
  GError* error = nullptr;
  gchar* details = nullptr;
  gst_message_parse_error(message, &error, &details);
  log::debug("media element failed",
             {{"element", describe(GST_MESSAGE_SRC(message))}, {"details", details ? details : ""}});
  g_free(details);
  const Error ours = Error::fromGError(ErrorCode::mediaFailed, describe(GST_MESSAGE_SRC(message)), error);
  if (self->onError && *self->onError) (*self->onError)(ours);
}

void logWarning(GstMessage* message) {
  GError* error = nullptr;
  gst_message_parse_warning(message, &error, nullptr);
  log::debug("media element warned",
             {{"element", describe(GST_MESSAGE_SRC(message))}, {"text", error ? error->message : ""}});
  g_clear_error(&error);
}

void handleMessage(GstBin* bin, GstMessage* message) {
  switch (GST_MESSAGE_TYPE(message)) {
    case GST_MESSAGE_ERROR:
      reportError(reinterpret_cast<IsolatingBin*>(bin), message);
      break;
    case GST_MESSAGE_WARNING:
      logWarning(message);
      break;
    case GST_MESSAGE_INFO:
    case GST_MESSAGE_LATENCY:
    case GST_MESSAGE_TAG:
    case GST_MESSAGE_QOS:
    case GST_MESSAGE_ELEMENT:
    case GST_MESSAGE_STREAM_STATUS:
      break;
    default:
      parentClass->handle_message(bin, message);
      return;
  }
  gst_message_unref(message);
}

void finalize(GObject* object) {
  delete reinterpret_cast<IsolatingBin*>(object)->onError;
  G_OBJECT_CLASS(parentClass)->finalize(object);
}

void classInit(gpointer klass, gpointer) {
  parentClass = GST_BIN_CLASS(g_type_class_peek_parent(klass));
  G_OBJECT_CLASS(klass)->finalize = finalize;
  GST_BIN_CLASS(klass)->handle_message = handleMessage;
}

GType binType() {
  static const GType type =
      g_type_register_static_simple(GST_TYPE_BIN, "TesseraIsolatingBin", sizeof(IsolatingBinClass), classInit,
                                    sizeof(IsolatingBin), nullptr, static_cast<GTypeFlags>(0));
  return type;
}

}  // namespace

Ref<GstElement> makeIsolatingBin(const std::string& name, BinErrorHandler onError) {
  auto* bin = static_cast<IsolatingBin*>(g_object_new(binType(), "name", name.c_str(), nullptr));
  bin->onError = new BinErrorHandler(std::move(onError));
  return Ref<GstElement>::adopt(GST_ELEMENT(gst_object_ref_sink(bin)));
}

}  // namespace tessera::gst
