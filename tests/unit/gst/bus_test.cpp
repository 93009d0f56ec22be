// SPDX-License-Identifier: Apache-2.0
#include "pipelines/gst/bus.h"

#include <gtest/gtest.h>

#include "pipelines/gst/element.h"
#include "pipelines/gst/isolating_bin.h"
#include "pipelines/gst/promise.h"
#include "support/run_until.h"

namespace tessera::gst {
namespace {

Ref<GstElement> makePipeline() {
  return Ref<GstElement>::adopt(GST_ELEMENT(gst_object_ref_sink(gst_pipeline_new(nullptr))));
}

void postError(GstElement* from) {
  GST_ELEMENT_ERROR(from, STREAM, FAILED, ("out of order"), (nullptr));
}

TEST(BusWatchTest, PostsWhatWasAskedForAndDropsTheRest) {
  const auto pipeline = makePipeline();
  const auto element = addElement(GST_BIN(pipeline.get()), "identity");
  ASSERT_TRUE(element);
  std::vector<GstMessageType> seen;
  bool inHandlerOnMain = true;
  const BusWatch watch(GST_PIPELINE(pipeline.get()), GST_MESSAGE_ERROR, [&](GstMessage* message) {
    seen.push_back(GST_MESSAGE_TYPE(message));
    inHandlerOnMain = onMainThread();
  });
  GST_ELEMENT_WARNING(*element, STREAM, FAILED, ("a warning"), (nullptr));
  postError(*element);
  EXPECT_TRUE(seen.empty()) << "never inline";
  ASSERT_TRUE(test::runUntil([&] { return !seen.empty(); }));
  EXPECT_EQ(seen, std::vector{GST_MESSAGE_ERROR});
  EXPECT_TRUE(inHandlerOnMain);
  EXPECT_EQ(GST_OBJECT_REFCOUNT_VALUE(*element), 1) << "the message is gone, with its reference";
}

TEST(BusWatchTest, IsSilentOnceDestroyed) {
  const auto pipeline = makePipeline();
  int calls = 0;
  {
    const BusWatch watch(GST_PIPELINE(pipeline.get()), GST_MESSAGE_ERROR, [&](GstMessage*) { ++calls; });
    postError(pipeline.get());
  }
  postError(pipeline.get());
  test::runFor(std::chrono::milliseconds(20));
  EXPECT_EQ(calls, 0);
}

TEST(IsolatingBinTest, KeepsErrorsToItself) {
  const auto pipeline = makePipeline();
  std::vector<Error> errors;
  const auto bin = makeIsolatingBin("part", [&](const Error& error) { errors.push_back(error); });
  ASSERT_TRUE(gst_bin_add(GST_BIN(pipeline.get()), bin.get()));
  const auto element = addElement(GST_BIN(bin.get()), "identity", "inner");
  ASSERT_TRUE(element);
  int outside = 0;
  const BusWatch watch(GST_PIPELINE(pipeline.get()), GST_MESSAGE_ANY, [&](GstMessage*) { ++outside; });
  postError(*element);
  GST_ELEMENT_WARNING(*element, STREAM, FAILED, ("a warning"), (nullptr));
  test::runFor(std::chrono::milliseconds(20));
  ASSERT_EQ(errors.size(), 1u);
  EXPECT_EQ(errors[0].code, ErrorCode::mediaFailed);
  EXPECT_NE(errors[0].text.find("inner"), std::string::npos);
  EXPECT_NE(errors[0].text.find("out of order"), std::string::npos);
  EXPECT_EQ(outside, 0);
  EXPECT_EQ(GST_OBJECT_REFCOUNT_VALUE(*element), 1);
}

TEST(ElementTest, SaysWhatIsMissing) {
  const auto none = makeElement("no-such-element");
  ASSERT_FALSE(none);
  EXPECT_NE(none.error().text.find("no-such-element"), std::string::npos);
  const auto element = makeElement("identity");
  ASSERT_TRUE(element);
  const auto pad = staticPad(element->get(), "nonsense");
  ASSERT_FALSE(pad);
  EXPECT_NE(pad.error().text.find("nonsense"), std::string::npos);
}

TEST(PromiseTest, TellsReplyErrorAndInterruption) {
  std::vector<std::string> told;
  const auto handler = [&](const Result<const GstStructure*>& reply) {
    told.push_back(!reply ? reply.error().text : *reply ? gst_structure_get_name(*reply) : "empty");
  };
  gst_promise_reply(makePromise("a", handler).get(), gst_structure_new_empty("fine"));
  gst_promise_reply(makePromise("b", handler).get(), nullptr);
  gst_promise_interrupt(makePromise("c", handler).get());
  GError* error = g_error_new(GST_CORE_ERROR, GST_CORE_ERROR_FAILED, "broken");
  gst_promise_reply(makePromise("d", handler).get(),
                    gst_structure_new("x", "error", G_TYPE_ERROR, error, nullptr));
  g_error_free(error);
  EXPECT_EQ(told, (std::vector<std::string>{"fine", "empty", "c: no reply", "d: broken"}));
}

}  // namespace
}  // namespace tessera::gst
