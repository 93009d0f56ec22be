// SPDX-License-Identifier: Apache-2.0
#include "pipelines/encode/video_rung.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <random>
#include <vector>

#include "pipelines/encode/frame_buffer.h"
#include "pipelines/gst/element.h"

namespace tessera {
namespace {

constexpr mix::Nanos kStart = std::chrono::hours(30);
constexpr mix::Nanos kFrame = std::chrono::nanoseconds(33'333'333);
constexpr CanvasSettings kCanvas{320, 180, 30};

// A grey picture whose planes stand apart and whose strides are wider than the picture.
mix::FrameRef greyFrame(int number, std::uint8_t luma, const CanvasSettings& canvas = kCanvas) {
  constexpr int kStrideY = 352, kStrideC = 192;
  auto memory = std::make_shared<std::vector<std::uint8_t>>(kStrideY * kCanvas.height * 3, 128);
  std::fill_n(memory->begin(), kStrideY * kCanvas.height, luma);
  auto frame = std::make_shared<mix::VideoFrame>();
  frame->width = canvas.width;
  frame->height = canvas.height;
  frame->y = memory->data();
  frame->u = frame->y + kStrideY * kCanvas.height + 64;
  frame->v = frame->u + kStrideC * (kCanvas.height / 2) + 64;
  frame->strideY = kStrideY;
  frame->strideU = frame->strideV = kStrideC;
  frame->captured = kStart + number * kFrame;
  frame->memory = memory;
  return frame;
}

// What no encoder can predict: coarse, so that it can be coded at all at a modest bitrate.
mix::FrameRef noiseFrame(int number) {
  constexpr int kBlock = 4;
  auto memory = std::make_shared<std::vector<std::uint8_t>>(kCanvas.width * kCanvas.height * 3 / 2, 128);
  std::minstd_rand random(static_cast<unsigned>(number) + 1);
  for (int y = 0; y < kCanvas.height; y += kBlock) {
    for (int x = 0; x < kCanvas.width; x += kBlock) {
      const auto luma = static_cast<std::uint8_t>(40 + random() % 160);
      for (int row = y; row < std::min(y + kBlock, kCanvas.height); ++row)
        std::fill_n(memory->begin() + row * kCanvas.width + x, kBlock, luma);
    }
  }
  auto frame =
      std::make_shared<mix::VideoFrame>(mix::i420Over(memory->data(), kCanvas.width, kCanvas.height).frame);
  frame->captured = kStart + number * kFrame;
  frame->memory = memory;
  return frame;
}

struct Encoded {
  GstClockTime pts;
  bool keyframe;
  gst::Ref<GstBuffer> buffer;
};

class VideoRungTest : public testing::TestWithParam<VideoCodec> {
 protected:
  EncoderSettings encoderSettings() const { return {GetParam(), kCanvas, 500}; }
  RungSettings settings(const RungSpec& spec = {kCanvas.height, kCanvas.fps, 500, 200}) const {
    return {GetParam(), spec, kCanvas};
  }
};

// What a rung makes, with somebody who waits for it.
class Output {
 public:
  VideoRung::Handlers handlers() {
    VideoRung::Handlers made;
    made.onFrame = [this](const gst::Ref<GstBuffer>& frame, bool keyframe) {
      const std::lock_guard lock(mutex_);
      frames_.push_back({GST_BUFFER_PTS(frame.get()), keyframe, frame});
      changed_.notify_all();
    };
    return made;
  }
  // False when the frame did not come.
  bool awaitFrame(std::size_t count) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(20), [&] { return frames_.size() >= count; });
  }
  std::vector<Encoded> frames() const {
    const std::lock_guard lock(mutex_);
    return frames_;
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Encoded> frames_;
};

// What comes out, decoded again with the other libraries.
class Decoder {
 public:
  explicit Decoder(VideoCodec codec) {
    bin_ = gst::Ref<GstElement>::adopt(GST_ELEMENT(gst_object_ref_sink(gst_bin_new(nullptr))));
    auto* decoder =
        gst::addElement(GST_BIN(bin_.get()), codec == VideoCodec::vp8 ? "vp8dec" : "avdec_h264").value();
    auto* convert = gst::addElement(GST_BIN(bin_.get()), "videoconvert").value();
    auto* filter = gst::addElement(GST_BIN(bin_.get()), "capsfilter").value();
    g_object_set(filter, "caps", gst::capsOf("video/x-raw,format=I420").get(), nullptr);
    input_ = std::make_unique<gst::PushPad>(
        "in",
        gst::capsOf(
            codec == VideoCodec::vp8
                ? "video/x-vp8,width=320,height=180,framerate=30/1"
                : "video/x-h264,stream-format=byte-stream,alignment=au,width=320,height=180,framerate=30/1"),
        nullptr);
    gst::ReceivePad::Handlers handlers;
    handlers.onCaps = [this](GstCaps* caps) {
      gst_structure_get_int(gst_caps_get_structure(caps, 0), "width", &width_);
      gst_structure_get_int(gst_caps_get_structure(caps, 0), "height", &height_);
      return true;
    };
    handlers.onBuffer = [this](const gst::Ref<GstBuffer>& picture) {
      guint8 luma = 0;
      gst_buffer_extract(picture.get(), static_cast<gsize>(width_ * (height_ / 2) + width_ / 2), &luma, 1);
      lumas.push_back(luma);
      widths.push_back(width_);
      return GST_FLOW_OK;
    };
    output_ = std::make_unique<gst::ReceivePad>("out", std::move(handlers));
    EXPECT_TRUE(gst::link(decoder, convert) && gst::link(convert, filter) && output_->linkFrom(filter) &&
                input_->linkTo(decoder));
    gst_element_set_state(bin_.get(), GST_STATE_PLAYING);
  }
  ~Decoder() {
    input_->pushEvent(gst::Ref<GstEvent>::adopt(gst_event_new_eos()));
    gst_element_set_state(bin_.get(), GST_STATE_NULL);
  }
  void push(const gst::Ref<GstBuffer>& frame) { EXPECT_EQ(input_->push(frame), GST_FLOW_OK); }
  void drain() { input_->pushEvent(gst::Ref<GstEvent>::adopt(gst_event_new_eos())); }

  std::vector<guint8> lumas;  // of a place near the middle of each picture
  std::vector<int> widths;

 private:
  int width_ = 0, height_ = 0;
  gst::Ref<GstElement> bin_;
  std::unique_ptr<gst::PushPad> input_;
  std::unique_ptr<gst::ReceivePad> output_;
};

TEST_P(VideoRungTest, encodesEachFrameAtOnceWithItsTime) {
  std::vector<Encoded> out;
  auto encoder =
      VideoEncoder::create(encoderSettings(), [&](const gst::Ref<GstBuffer>& frame, bool keyframe) {
        out.push_back({GST_BUFFER_PTS(frame.get()), keyframe, frame});
      });
  ASSERT_TRUE(encoder) << encoder.error().text;
  Decoder decoder(GetParam());
  for (int n = 0; n < 20; ++n) {
    ASSERT_TRUE((*encoder)->encode(greyFrame(n, static_cast<std::uint8_t>(40 + 10 * n)), n == 13));
    ASSERT_EQ(out.size(), static_cast<std::size_t>(n + 1)) << "the encoder holds frames back";
    EXPECT_EQ(out.back().pts, static_cast<GstClockTime>((kStart + n * kFrame).count()));
    EXPECT_EQ(out.back().keyframe, n == 0 || n == 13) << n;
    decoder.push(out.back().buffer);
  }
  decoder.drain();
  ASSERT_EQ(decoder.lumas.size(), 20U);
  for (int n = 0; n < 20; ++n) EXPECT_NEAR(decoder.lumas[static_cast<std::size_t>(n)], 40 + 10 * n, 6) << n;
}

TEST_P(VideoRungTest, takesTheNewestFrameAndNeverMakesThePusherWait) {
  std::mutex mutex;
  std::condition_variable changed;
  std::vector<GstClockTime> out;
  bool hold = true;
  VideoRung::Handlers handlers;
  handlers.onFrame = [&](const gst::Ref<GstBuffer>& frame, bool) {
    std::unique_lock lock(mutex);
    out.push_back(GST_BUFFER_PTS(frame.get()));
    changed.notify_all();
    changed.wait(lock, [&] { return !hold; });
  };
  auto rung = VideoRung::create(settings(), handlers);
  ASSERT_TRUE(rung) << rung.error().text;
  const auto awaitOut = [&](std::size_t count) {
    std::unique_lock lock(mutex);
    return changed.wait_for(lock, std::chrono::seconds(20), [&] { return out.size() >= count; });
  };
  (*rung)->push(greyFrame(0, 100));
  ASSERT_TRUE(awaitOut(1));
  for (int n = 1; n <= 10; ++n) (*rung)->push(greyFrame(n, 100));  // returns although the encoder is held
  {
    const std::lock_guard lock(mutex);
    hold = false;
  }
  changed.notify_all();
  ASSERT_TRUE(awaitOut(2));
  EXPECT_EQ(out[1], static_cast<GstClockTime>((kStart + 10 * kFrame).count()));
}

TEST_P(VideoRungTest, makesOneKeyframeOfManyRequests) {
  Output out;
  auto rung = VideoRung::create(settings(), out.handlers());
  ASSERT_TRUE(rung) << rung.error().text;
  for (std::size_t n = 0; n < 30; ++n) {  // a second, with a storm of requests all along
    for (int i = 0; i < 20; ++i) (*rung)->requestKeyframe();
    (*rung)->push(greyFrame(static_cast<int>(n), 100));
    ASSERT_TRUE(out.awaitFrame(n + 1));
  }
  const auto frames = out.frames();
  EXPECT_EQ(std::ranges::count(frames, true, &Encoded::keyframe), 3);  // at 0, 333 and 667 ms
}

TEST_P(VideoRungTest, followsTheSizeOfTheFramesAndTheRateWithoutAHole) {
  Output out;
  auto rung = VideoRung::create(settings(), out.handlers());
  ASSERT_TRUE(rung) << rung.error().text;
  for (int n = 0; n < 30; ++n) {
    const bool small = n >= 10 && n < 20;
    if (n == 20) (*rung)->setCanvasFps(15);
    (*rung)->push(
        greyFrame(n, static_cast<std::uint8_t>(40 + 5 * n), small ? CanvasSettings{212, 120, 30} : kCanvas));
    ASSERT_TRUE(out.awaitFrame(static_cast<std::size_t>(n + 1)));
  }
  Decoder decoder(GetParam());
  const auto frames = out.frames();
  for (const Encoded& frame : frames) decoder.push(frame.buffer);
  decoder.drain();
  ASSERT_EQ(decoder.lumas.size(), 30U);
  for (std::size_t n = 0; n < 30; ++n) {
    EXPECT_EQ(frames[n].keyframe, n % 10 == 0) << n;
    EXPECT_EQ(decoder.widths[n], n >= 10 && n < 20 ? 212 : 320) << n;
    EXPECT_NEAR(decoder.lumas[n], 40 + 5 * static_cast<int>(n), 6) << n;
  }
}

TEST_P(VideoRungTest, tellsOfFramesThatItIsTooLateFor) {
  std::mutex hold;
  hold.lock();
  VideoRung::Handlers handlers;
  handlers.onFrame = [&](const gst::Ref<GstBuffer>&, bool) { const std::lock_guard wait(hold); };
  auto rung = VideoRung::create(settings(), handlers);
  ASSERT_TRUE(rung) << rung.error().text;
  int dropped = 0;
  for (int n = 0; n < 10; ++n) dropped += (*rung)->push(greyFrame(n, 100)) ? 1 : 0;
  EXPECT_GE(dropped, 8);  // one is being encoded, one waits
  hold.unlock();
}

TEST_P(VideoRungTest, scalesTheCanvasToASmallerRung) {
  Output out;
  auto rung = VideoRung::create(settings({90, 30, 150, 50}), out.handlers());
  ASSERT_TRUE(rung) << rung.error().text;
  Decoder decoder(GetParam());
  for (std::size_t n = 0; n < 10; ++n) {
    const bool degraded = n >= 5;  // to a canvas that is still larger than the rung
    (*rung)->push(greyFrame(static_cast<int>(n), static_cast<std::uint8_t>(40 + 10 * n),
                            degraded ? CanvasSettings{212, 120, 30} : kCanvas));
    ASSERT_TRUE(out.awaitFrame(n + 1));
  }
  for (const Encoded& frame : out.frames()) decoder.push(frame.buffer);
  decoder.drain();
  ASSERT_EQ(decoder.lumas.size(), 10U);
  for (std::size_t n = 0; n < 10; ++n) {
    EXPECT_EQ(decoder.widths[n], 160) << n;
    EXPECT_NEAR(decoder.lumas[n], 40 + 10 * static_cast<int>(n), 6) << n;
  }
  EXPECT_EQ(std::ranges::count(out.frames(), true, &Encoded::keyframe), 1);  // it stays the same picture
}

TEST_P(VideoRungTest, takesEverySecondFrameAtHalfTheRateAndEachOnceTheCanvasIsAsSlow) {
  Output out;
  auto rung = VideoRung::create(settings({kCanvas.height, 15, 200, 100}), out.handlers());
  ASSERT_TRUE(rung) << rung.error().text;
  std::size_t wanted = 0;
  for (int n = 0; n < 40; ++n) {
    if (n == 20) (*rung)->setCanvasFps(15);
    const int frame = n < 20 ? n : 2 * n - 20;  // its number at 30 fps
    (*rung)->push(greyFrame(frame, 100));
    if (n >= 20 || n % 2 == 0) ++wanted;
    ASSERT_TRUE(out.awaitFrame(wanted)) << n;
  }
  const auto frames = out.frames();
  ASSERT_EQ(frames.size(), 30U);
  for (std::size_t n = 1; n < frames.size(); ++n)
    EXPECT_EQ(frames[n].pts - frames[n - 1].pts, static_cast<GstClockTime>(2 * kFrame.count())) << n;
}

TEST_P(VideoRungTest, showsAStillEveryTwoSecondsAndToWhoComesAtOnce) {
  constexpr int kNewcomer = 75;
  Output out;
  auto rung = VideoRung::create(settings({kCanvas.height, 0, 30, 15}), out.handlers());
  ASSERT_TRUE(rung) << rung.error().text;
  std::vector<int> numbers;
  for (int n = 0; n < 200; ++n) {
    if (n == kNewcomer) (*rung)->requestKeyframe();
    (*rung)->push(greyFrame(n, 100));
    const bool due = n < kNewcomer ? n % 60 == 0 : (n - kNewcomer) % 60 == 0;
    if (!due) continue;
    ASSERT_TRUE(out.awaitFrame(numbers.size() + 1)) << n;
    numbers.push_back(n);
  }
  const auto frames = out.frames();
  ASSERT_EQ(frames.size(), numbers.size());
  for (std::size_t i = 0; i < frames.size(); ++i) {
    EXPECT_EQ(frames[i].pts, static_cast<GstClockTime>((kStart + numbers[i] * kFrame).count()));
    EXPECT_EQ(frames[i].keyframe, numbers[i] == 0 || numbers[i] == kNewcomer) << numbers[i];
  }
}

// Noise, so that frames are as large as the bitrate lets them be.
TEST_P(VideoRungTest, changesItsBitrateWithoutAKeyframe) {
  constexpr std::size_t kFrames = 150;
  Output out;
  auto rung = VideoRung::create(settings({kCanvas.height, 30, 1500, 300}), out.handlers());
  ASSERT_TRUE(rung) << rung.error().text;
  for (std::size_t n = 0; n < 2 * kFrames; ++n) {
    if (n == kFrames) (*rung)->setKbps(800);
    (*rung)->push(noiseFrame(static_cast<int>(n)));
    ASSERT_TRUE(out.awaitFrame(n + 1));
  }
  const auto frames = out.frames();
  const auto kbps = [&](std::size_t from, std::size_t to) {
    std::size_t bytes = 0;
    for (std::size_t n = from; n < to; ++n) bytes += gst_buffer_get_size(frames[n].buffer.get());
    return static_cast<double>(bytes) * 8 * 30 / 1000 / static_cast<double>(to - from);
  };
  const double before = kbps(kFrames / 2, kFrames), after = kbps(2 * kFrames - kFrames / 2, 2 * kFrames);
  EXPECT_NEAR(before, 1500, 300);
  EXPECT_NEAR(after, 800, 160);
  EXPECT_EQ(std::ranges::count(frames, true, &Encoded::keyframe), 1);
}

INSTANTIATE_TEST_SUITE_P(Codecs, VideoRungTest, testing::Values(VideoCodec::vp8, VideoCodec::h264),
                         [](const auto& codec) { return codec.param == VideoCodec::vp8 ? "vp8" : "h264"; });

TEST(RungPicture, hasTheShapeOfTheCanvasAndIsNeverMore) {
  const CanvasSettings canvas{1280, 720, 30};
  EXPECT_EQ(rungPicture({720, 30}, canvas), canvas);
  EXPECT_EQ(rungPicture({1080, 60}, canvas), canvas);
  EXPECT_EQ(rungPicture({360, 30}, canvas), (CanvasSettings{640, 360, 30}));
  EXPECT_EQ(rungPicture({180, 15}, canvas), (CanvasSettings{320, 180, 15}));
  EXPECT_EQ(rungPicture({180, 0}, canvas), (CanvasSettings{320, 180, 0}));
  EXPECT_EQ(rungPicture({480, 30}, canvas), (CanvasSettings{854, 480, 30}));
  EXPECT_EQ(rungPicture({360, 30}, {720, 1280, 15}), (CanvasSettings{202, 360, 15}));
}

// Ticks lie on a grid that moves with the speaker's frames.
TEST(FramePicker, keepsToTheRateOnAGridThatMoves) {
  for (const int fps : {10, 15, 20, 24, 30}) {
    FramePicker picker;
    std::minstd_rand random(7);
    int taken = 0;
    for (int n = 0; n < 3000; ++n) {
      const auto jitter = std::chrono::microseconds(static_cast<int>(random() % 4000) - 2000);
      if (picker.take(kStart + n * kFrame + jitter, fps, 30)) ++taken;
    }
    EXPECT_NEAR(taken, 100 * fps, fps) << fps;
  }
}

TEST(FramePicker, doesNotCatchUpAfterAPause) {
  FramePicker picker;
  ASSERT_TRUE(picker.take(kStart, 15, 30));
  int taken = 0;
  for (int n = 300; n < 330; ++n) taken += picker.take(kStart + n * kFrame, 15, 30) ? 1 : 0;
  EXPECT_EQ(taken, 15);
}

TEST(FrameBuffer, keepsTheFrameAliveWithoutCopyingIt) {
  std::weak_ptr<const void> memory;
  gst::Ref<GstBuffer> buffer;
  {
    const mix::FrameRef frame = greyFrame(1, 77);
    memory = frame->memory;
    buffer = wrapFrame(frame, kFrame);
    GstMapInfo map;
    GstMemory* plane = gst_buffer_peek_memory(buffer.get(), 0);
    ASSERT_TRUE(gst_memory_map(plane, &map, GST_MAP_READ));
    EXPECT_EQ(map.data, frame->y);
    gst_memory_unmap(plane, &map);
  }
  EXPECT_FALSE(memory.expired());
  buffer = {};
  EXPECT_TRUE(memory.expired());
}

}  // namespace
}  // namespace tessera
