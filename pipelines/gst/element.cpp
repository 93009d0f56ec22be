// SPDX-License-Identifier: Apache-2.0
#include "pipelines/gst/element.h"

namespace tessera::gst {

Result<Ref<GstElement>> makeElement(const char* factory, const char* name) {
  GstElement* element = gst_element_factory_make(factory, name);
  if (!element) return fail(ErrorCode::internal, "making element {}: plugin not installed", factory);
  return Ref<GstElement>::adopt(GST_ELEMENT(gst_object_ref_sink(element)));
}

Result<GstElement*> addElement(GstBin* bin, const char* factory, const char* name) {
  auto element = makeElement(factory, name);
  if (!element) return tl::unexpected(element.error());
  if (!gst_bin_add(bin, element->get()))
    return fail(ErrorCode::internal, "adding {} to {}", describe(element->get()), describe(bin));
  return element->get();
}

Status link(GstElement* from, GstElement* to) {
  if (!gst_element_link(from, to))
    return fail(ErrorCode::internal, "linking {} to {}", describe(from), describe(to));
  return {};
}

Status link(GstPad* from, GstPad* to) {
  const GstPadLinkReturn result = gst_pad_link(from, to);
  if (result != GST_PAD_LINK_OK)
    return fail(ErrorCode::internal, "linking pad {} to {}: {}", describe(from), describe(to),
                gst_pad_link_get_name(result));
  return {};
}

Result<Ref<GstPad>> staticPad(GstElement* element, const char* name) {
  GstPad* pad = gst_element_get_static_pad(element, name);
  if (!pad) return fail(ErrorCode::internal, "{} has no pad {}", describe(element), name);
  return Ref<GstPad>::adopt(pad);
}

Ref<GstCaps> capsOf(const std::string& text) {
  GstCaps* caps = gst_caps_from_string(text.c_str());
  if (!caps) g_error("caps do not parse: %s", text.c_str());
  return Ref<GstCaps>::adopt(caps);
}

std::string describe(gpointer object) {
  if (!object) return "nothing";
  gchar* name = GST_IS_OBJECT(object) ? gst_object_get_name(GST_OBJECT(object)) : nullptr;
  std::string text = fmt::format("{} ({})", name ? name : "?", G_OBJECT_TYPE_NAME(object));
  g_free(name);
  return text;
}

}  // namespace tessera::gst
