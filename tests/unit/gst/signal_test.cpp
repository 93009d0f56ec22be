// SPDX-License-Identifier: Apache-2.0
#include "pipelines/gst/signal.h"

#include <gst/gst.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "pipelines/gst/element.h"

namespace tessera::gst {
namespace {

TEST(SignalConnectionTest, CallsUntilItIsDestroyed) {
  const auto bin = Ref<GstElement>::adopt(GST_ELEMENT(gst_object_ref_sink(gst_bin_new("bin"))));
  std::string added;
  {
    const auto connection = SignalConnection::connect<void(GstBin*, GstElement*)>(
        bin.get(), "element-added", [&](GstBin*, GstElement* element) { added += GST_OBJECT_NAME(element); });
    EXPECT_TRUE(connection.connected());
    ASSERT_TRUE(addElement(GST_BIN(bin.get()), "identity", "a"));
  }
  ASSERT_TRUE(addElement(GST_BIN(bin.get()), "identity", "b"));
  EXPECT_EQ(added, "a");
}

TEST(SignalConnectionTest, FreesItsHandlerAndDoesNotKeepTheObject) {
  const auto kept = std::make_shared<int>(0);
  auto element = makeElement("identity").value();
  auto connection = SignalConnection::connect<void(GstElement*, GstPad*)>(element.get(), "pad-added",
                                                                          [kept](GstElement*, GstPad*) {});
  EXPECT_EQ(kept.use_count(), 2);
  EXPECT_EQ(GST_OBJECT_REFCOUNT_VALUE(element.get()), 1);
  element = {};
  EXPECT_EQ(kept.use_count(), 1) << "the handler goes with the object";
  connection.reset();  // harmless
  EXPECT_FALSE(connection.connected());
}

TEST(SignalConnectionTest, MovesWithItsHandler) {
  const auto kept = std::make_shared<int>(0);
  const auto element = makeElement("identity").value();
  auto first = SignalConnection::connect<void(GstElement*, GstPad*)>(element.get(), "pad-added",
                                                                     [kept](GstElement*, GstPad*) {});
  SignalConnection second = std::move(first);
  first.reset();
  EXPECT_EQ(kept.use_count(), 2);
  second.reset();
  EXPECT_EQ(kept.use_count(), 1);
}

}  // namespace
}  // namespace tessera::gst
