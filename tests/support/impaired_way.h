// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <gst/gst.h>

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <thread>

#include "pipelines/gst/ref.h"
#include "pipelines/gst/signal.h"

namespace tessera::test {

struct Impairment {
  double loss = 0;  // share of the packets
  std::chrono::milliseconds delay{0};
  std::chrono::milliseconds jitter{0};  // more or less, evenly; packets overtake each other
};

// Loses and delays packets that pass pads, by chance but the same chance in every run. Any thread.
class ImpairedWay {
 public:
  ~ImpairedWay() { stop(); }
  void set(const Impairment& impairment);
  void stop();  // what is under way is dropped, later packets are as if there were no impairment

  // To be called for each packet that passes `pad`, on the way: true: it may pass now.
  bool passes(GstPad* pad, GstBuffer* packet);

 private:
  using Clock = std::chrono::steady_clock;
  struct Delayed {
    gst::Ref<GstPad> pad;
    gst::Ref<GstBuffer> packet;
  };
  void run(const std::stop_token& stop);

  std::mutex mutex_;
  std::condition_variable_any wake_;
  Impairment impairment_;
  std::minstd_rand random_{7};
  std::multimap<Clock::time_point, Delayed> delayed_;
  std::jthread thread_;
};

// Impairs the RTP and RTCP that a webrtcbin receives and sends, below its encryption.
gst::SignalConnection impair(GstElement* webrtc, std::shared_ptr<ImpairedWay> received,
                             std::shared_ptr<ImpairedWay> sent);

}  // namespace tessera::test
