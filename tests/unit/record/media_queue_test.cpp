// SPDX-License-Identifier: Apache-2.0
#include "pipelines/record/media_queue.h"

#include <gtest/gtest.h>

#include <string>

namespace tessera {
namespace {

using namespace std::chrono_literals;
using Kind = MediaQueue::Command::Kind;

void putFrame(MediaQueue& queue, Nanos time, bool keyframe, std::size_t bytes = 100) {
  const auto frame = gst::Ref<GstBuffer>::adopt(gst_buffer_new_allocate(nullptr, bytes, nullptr));
  GST_BUFFER_PTS(frame.get()) = static_cast<GstClockTime>(time.count());
  queue.onFrame(frame, keyframe);
}
void putSound(MediaQueue& queue, Nanos time) {
  auto sound = std::make_shared<ProgramSound>();
  sound->begin = time;
  queue.onSound(sound);
}

// One letter an item: K and f are frames, s sound, G a gap, c a command.
std::string taken(MediaQueue& queue) {
  std::string text;
  for (const auto& item : queue.take(0ns)) {
    if (const auto* picture = std::get_if<MediaQueue::Picture>(&item)) text += picture->keyframe ? 'K' : 'f';
    if (std::holds_alternative<MediaQueue::Sound>(item)) text += 's';
    if (std::holds_alternative<MediaQueue::Gap>(item)) text += 'G';
    if (std::holds_alternative<MediaQueue::Command>(item)) text += 'c';
  }
  return text;
}

TEST(MediaQueue, KeepsTheOrder) {
  MediaQueue queue({});
  putFrame(queue, 1s, true);
  putSound(queue, 1s);
  queue.command({Kind::pause, 1s});
  putFrame(queue, 1040ms, false);
  EXPECT_EQ(taken(queue), "Kscf");
  EXPECT_EQ(taken(queue), "");
}

TEST(MediaQueue, DropsWhatIsTooMuchUpToTheNextKeyframe) {
  MediaQueue queue({1000, 15s});
  putFrame(queue, 0s, true, 400);
  putFrame(queue, 40ms, false, 400);
  queue.command({Kind::pause, 60ms});
  putFrame(queue, 80ms, false, 400);  // over: all goes, this one too
  putFrame(queue, 120ms, false, 400);
  EXPECT_EQ(taken(queue), "Gc") << "what was asked for is not lost";
  putFrame(queue, 160ms, false, 400);
  putFrame(queue, 200ms, true, 400);
  putFrame(queue, 240ms, false, 400);
  EXPECT_EQ(taken(queue), "Kf");
}

TEST(MediaQueue, DropsWhatIsTooLong) {
  MediaQueue queue({1 << 20, 15s});
  putFrame(queue, 1s, true);
  for (Nanos at = 1s; at <= 16s; at += 1s) putSound(queue, at);
  EXPECT_EQ(taken(queue), "K" + std::string(16, 's'));
  putFrame(queue, 17s, true);
  for (Nanos at = 17s; at <= 33s; at += 1s) putSound(queue, at);
  EXPECT_EQ(taken(queue), "Gs");
}

// For as long as nothing is taken.
TEST(MediaQueue, NeverHoldsMoreThanItsBound) {
  MediaQueue queue({10000, 15s});
  for (int i = 0; i < 1000; ++i) putFrame(queue, i * 40ms, i % 10 == 0, 900);
  std::size_t bytes = 0;
  int gaps = 0;
  for (const auto& item : queue.take(0ns)) {
    if (const auto* picture = std::get_if<MediaQueue::Picture>(&item))
      bytes += gst_buffer_get_size(picture->frame.get());
    if (std::holds_alternative<MediaQueue::Gap>(item)) ++gaps;
  }
  EXPECT_LE(bytes, 10000U);
  EXPECT_EQ(gaps, 1);
}

TEST(MediaQueue, ACommandEndsTheWait) {
  MediaQueue queue({});
  queue.command({Kind::stop, 0s});
  EXPECT_EQ(queue.take(1h).size(), 1U);
}

}  // namespace
}  // namespace tessera
