// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>

#include "base/result.h"
#include "pipelines/gst/ref.h"

namespace tessera::gst {

// Making and linking elements, with errors that name what was tried. Pointers that are returned bare belong
// to the bin they were added to.

// A new element of `factory`, not floating. Fails when its plugin is not installed.
[[nodiscard]] Result<Ref<GstElement>> makeElement(const char* factory, const char* name = nullptr);

// Makes an element and adds it to `bin`.
[[nodiscard]] Result<GstElement*> addElement(GstBin* bin, const char* factory, const char* name = nullptr);

[[nodiscard]] Status link(GstElement* from, GstElement* to);
[[nodiscard]] Status link(GstPad* from, GstPad* to);

// The element's always or requested pad of this name; fails when there is none.
[[nodiscard]] Result<Ref<GstPad>> staticPad(GstElement* element, const char* name);

// Caps from their text form; text that does not parse is a broken invariant.
Ref<GstCaps> capsOf(const std::string& text);

// "videorate0 (GstVideoRate)", for errors and logs.
std::string describe(gpointer object);

}  // namespace tessera::gst
