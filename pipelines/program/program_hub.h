// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "base/ids.h"
#include "pipelines/gst/ref.h"
#include "pipelines/mix/audio_block.h"
#include "pipelines/mix/video_frame.h"
#include "room/rung.h"

namespace tessera {

// 20 ms of the room's sound, in the mixer's channels.
struct ProgramSound {
  mix::Nanos begin{0};  // of the first sample, on the clock of the pictures' PTS: equal times belong together
  mix::AudioBlock mix;  // what everybody hears
  struct Track {
    ParticipantId participant;
    mix::AudioBlock sound;
  };
  std::vector<Track> tracks;  // of those who are heard now; only while somebody wants them
};

// A recording or a live output, as seen by the room: it is given frames and sound and must be done with them
// at once (queue them, bounded). Calls come one at a time on each of the threads named.
class ProgramReceiver {
 public:
  virtual ~ProgramReceiver() = default;
  // An encoded frame of the rung that it takes: an H.264 access unit as a byte stream (parameter sets with
  // every keyframe) or a VP8 frame; PTS is CLOCK_MONOTONIC. On the rung's thread.
  virtual void onFrame(const gst::Ref<GstBuffer>& frame, bool keyframe) = 0;
  // On the audio tick thread. The same block goes to all receivers.
  virtual void onSound(const std::shared_ptr<const ProgramSound>& sound) = 0;
  // One AAC-LC access unit, raw (no ADTS), of 1024 samples at 48 kHz; PTS of its first sample, the encoder's
  // delay taken off, on the same clock. On the AAC encoder's thread.
  virtual void onAac(const gst::Ref<GstBuffer>& packet) = 0;
};

struct ProgramNeeds {
  std::optional<RungId> video;  // kProgramLevel, or 0 for a copy of the ladder's top rung
  bool sound = false;           // onSound
  bool tracks = false;          // with ProgramSound::tracks
  bool aac = false;             // onAac
};

// Where recordings and live outputs take what they need from: what is needed by nobody is not made. A rung
// that is taken here runs on whatever the participants need, with a keyframe at least every kKeyframeEvery
// (program rung) or kCopyKeyframeEvery (copy). The program rung hears no one's keyframe requests but these; a
// copied one those of the participants who take it as well.
class ProgramHub {
 public:
  static constexpr mix::Nanos kKeyframeEvery = std::chrono::seconds(2);
  static constexpr mix::Nanos kCopyKeyframeEvery = std::chrono::seconds(10);

  virtual ~ProgramHub() = default;
  // From any thread but those that call the receiver. `receiver` is held weakly; a call may be under way when
  // remove() returns.
  // What it takes begins with a keyframe soon: one is asked for.
  virtual void add(const std::shared_ptr<ProgramReceiver>& receiver, const ProgramNeeds& needs) = 0;
  virtual void remove(const ProgramReceiver* receiver) = 0;
  // The next frame of what it takes becomes a keyframe (within KeyframeBroker's limits). Any thread.
  virtual void askKeyframe(const ProgramReceiver* receiver) = 0;
  // What onAac's packets are, for muxers: the AudioSpecificConfig (ISO 14496-3, 1.6.2.1).
  virtual std::vector<std::uint8_t> aacConfig() const = 0;
  virtual int channels() const = 0;  // of ProgramSound, and of the AAC
};

}  // namespace tessera
