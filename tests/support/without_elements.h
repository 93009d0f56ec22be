// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <gst/gst.h>

#include <initializer_list>
#include <vector>

namespace tessera::test {

// While it lives, elements of these types cannot be made, as where their plugin is not installed.
class WithoutElements {
 public:
  explicit WithoutElements(std::initializer_list<const char*> factories) {
    for (const char* name : factories) {
      auto* feature = gst_registry_lookup_feature(gst_registry_get(), name);
      if (!feature) continue;
      gst_registry_remove_feature(gst_registry_get(), feature);
      removed_.push_back(feature);
    }
  }
  ~WithoutElements() {
    for (auto* feature : removed_) {
      gst_registry_add_feature(gst_registry_get(), feature);
      gst_object_unref(feature);
    }
  }

  WithoutElements(const WithoutElements&) = delete;
  WithoutElements& operator=(const WithoutElements&) = delete;

 private:
  std::vector<GstPluginFeature*> removed_;
};

}  // namespace tessera::test
