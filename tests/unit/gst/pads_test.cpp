// SPDX-License-Identifier: Apache-2.0
#include <gst/video/video.h>
#include <gtest/gtest.h>

#include "pipelines/gst/clock.h"
#include "pipelines/gst/element.h"
#include "pipelines/gst/probe.h"
#include "pipelines/gst/push_pad.h"
#include "pipelines/gst/receive_pad.h"

namespace tessera::gst {
namespace {

using namespace std::chrono_literals;

Ref<GstBuffer> bufferAt(GstClockTime pts) {
  auto buffer = Ref<GstBuffer>::adopt(gst_buffer_new_allocate(nullptr, 4, nullptr));
  GST_BUFFER_PTS(buffer.get()) = pts;
  return buffer;
}

// A push pad, an identity, a receive pad.
struct Chain {
  Chain() {
    element = makeElement("identity").value();
    EXPECT_TRUE(source.linkTo(element.get()));
    EXPECT_TRUE(sink.linkFrom(element.get()));
    gst_element_set_state(element.get(), GST_STATE_PLAYING);
  }
  ~Chain() { gst_element_set_state(element.get(), GST_STATE_NULL); }

  static ReceivePad::Handlers handlers(Chain& self) {
    ReceivePad::Handlers handlers;
    handlers.caps = capsOf("audio/x-raw,channels=1");
    handlers.onBuffer = [&self](const Ref<GstBuffer>& buffer) {
      self.times.push_back(GST_BUFFER_PTS(buffer.get()));
      return GST_FLOW_OK;
    };
    handlers.onCaps = [&self](GstCaps*) {
      ++self.caps;
      return self.acceptCaps;
    };
    return handlers;
  }

  std::vector<GstClockTime> times;
  int caps = 0;
  bool acceptCaps = true;
  int upstream = 0;
  Ref<GstElement> element;
  PushPad source{"out", capsOf("audio/x-raw,channels=1"), [this](GstEvent* event) {
                   upstream += gst_video_event_is_force_key_unit(event) ? 1 : 0;
                   return true;
                 }};
  ReceivePad sink{"in", handlers(*this)};
};

TEST(PadsTest, CarryBuffersWithTheirTimes) {
  Chain chain;
  EXPECT_EQ(chain.source.push(bufferAt(5)), GST_FLOW_OK);
  EXPECT_EQ(chain.source.push(bufferAt(77)), GST_FLOW_OK);
  EXPECT_EQ(chain.times, (std::vector<GstClockTime>{5, 77}));
  EXPECT_EQ(chain.caps, 1);
}

TEST(PadsTest, StartTellsTheCapsBeforeTheFirstBuffer) {
  Chain chain;
  chain.source.start();
  EXPECT_EQ(chain.caps, 1);
  chain.source.start();
  EXPECT_EQ(chain.caps, 1);
}

TEST(PadsTest, PushFailsOnceStopped) {
  Chain chain;
  EXPECT_EQ(chain.source.push(bufferAt(1)), GST_FLOW_OK);
  chain.source.stop();
  EXPECT_EQ(chain.source.push(bufferAt(2)), GST_FLOW_FLUSHING);
  EXPECT_EQ(chain.times.size(), 1u);
}

TEST(PadsTest, RefusedCapsStopTheStream) {
  Chain chain;
  chain.acceptCaps = false;
  EXPECT_EQ(chain.source.push(bufferAt(1)), GST_FLOW_NOT_NEGOTIATED);
  EXPECT_TRUE(chain.times.empty());
}

TEST(PadsTest, KeyframeRequestsTravelUpstream) {
  Chain chain;
  chain.source.start();
  chain.sink.sendUpstream(Ref<GstEvent>::adopt(gst_video_event_new_upstream_force_key_unit(0, TRUE, 0)));
  EXPECT_EQ(chain.upstream, 1);
}

TEST(PadsTest, ReceivePadSaysWhatItTakes) {
  ReceivePad::Handlers handlers;
  handlers.caps = capsOf("audio/x-raw,rate=48000,channels=1");
  handlers.onBuffer = [](const Ref<GstBuffer>&) { return GST_FLOW_OK; };
  ReceivePad sink("in", std::move(handlers));
  const auto element = makeElement("identity").value();
  ASSERT_TRUE(sink.linkFrom(element.get()));
  const auto pad = staticPad(element.get(), "src").value();
  const auto allowed = Ref<GstCaps>::adopt(gst_pad_peer_query_caps(pad.get(), nullptr));
  EXPECT_TRUE(gst_caps_is_equal(allowed.get(), capsOf("audio/x-raw,rate=48000,channels=1").get()));
  EXPECT_TRUE(gst_pad_peer_query_accept_caps(pad.get(), capsOf("audio/x-raw,rate=48000,channels=1").get()));
  EXPECT_FALSE(gst_pad_peer_query_accept_caps(pad.get(), capsOf("audio/x-raw,rate=8000,channels=1").get()));
}

TEST(PadProbeTest, IsRemovedAndFreedWithItsObject) {
  Chain chain;
  const auto pad = staticPad(chain.element.get(), "src").value();
  const auto counter = std::make_shared<int>(0);
  {
    const PadProbe probe(pad.get(), GST_PAD_PROBE_TYPE_BUFFER, [counter](GstPad*, GstPadProbeInfo*) {
      ++*counter;
      return GST_PAD_PROBE_DROP;
    });
    chain.source.push(bufferAt(1));
  }
  EXPECT_EQ(*counter, 1);
  EXPECT_EQ(counter.use_count(), 1);
  chain.source.push(bufferAt(2));
  EXPECT_EQ(*counter, 1);
  EXPECT_EQ(chain.times, std::vector<GstClockTime>{2});
}

TEST(ClockTest, RunningTimeIsTheMonotonicClock) {
  const auto pipeline = Ref<GstElement>::adopt(GST_ELEMENT(gst_object_ref_sink(gst_pipeline_new(nullptr))));
  configureClock(GST_PIPELINE(pipeline.get()));
  gst_element_set_state(pipeline.get(), GST_STATE_PLAYING);
  gst_element_get_state(pipeline.get(), nullptr, nullptr, GST_CLOCK_TIME_NONE);
  const auto before = now();
  const auto running = std::chrono::nanoseconds(gst_element_get_current_running_time(pipeline.get()));
  const auto after = now();
  EXPECT_GE(running, before);
  EXPECT_LE(running, after);
  gst_element_set_state(pipeline.get(), GST_STATE_NULL);
}

}  // namespace
}  // namespace tessera::gst
