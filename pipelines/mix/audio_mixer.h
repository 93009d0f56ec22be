// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "pipelines/mix/audio_block.h"
#include "pipelines/mix/playout_delay.h"

namespace tessera::mix {

inline constexpr Nanos kAudioTick = std::chrono::milliseconds(20);

// One participant's sound. push() on its streaming thread; the rest belongs to the mixer.
class AudioSlot {
 public:
  virtual ~AudioSlot() = default;
  // Any number of samples at 48 kHz, interleaved in the mixer's channels; `captured` is the capture time of
  // the first on our clock. None: a packet that its sender calls silent and that was not decoded, which
  // keeps the playout delay up to date.
  virtual void push(std::span<const std::int16_t> samples, Nanos captured, Nanos arrived) = 0;
  virtual void setMuted(bool muted) = 0;  // any thread
};

struct AudioLevel {
  const AudioSlot* slot = nullptr;
  float levelDb = -127;   // dBov RMS of this tick, smoothed
  bool speaking = false;  // voice activity with hysteresis
  bool talker = false;    // is in the sum, so that its participant gets `personal`
};

// What one tick makes, in the mixer's channels: the sum of all talkers, and for each talker the sum minus
// themselves.
struct AudioTick {
  Nanos time{0};
  AudioBlock common;
  struct Personal {
    const AudioSlot* slot = nullptr;  // of the main connection
    AudioBlock mix;
  };
  // One for each participant who is heard, or was a moment ago in a mix that is being limited; at most
  // maxTalkers.
  std::vector<Personal> personal;
  std::vector<AudioLevel> levels;  // every slot
  struct Track {
    const AudioSlot* slot = nullptr;
    AudioBlock sound;
  };
  // Of setTracks(): what each slot plays, as it came, of those who are not muted and not silent.
  std::vector<Track> tracks;
};

struct AudioMixerStats {             // samples
  std::uint64_t lateSamples = 0;     // came after their turn
  std::uint64_t missingSamples = 0;  // played as silence because they had not come
  std::uint64_t skippedSamples = 0;  // jumped over to get back to the playout delay
};

struct AudioMixerSettings {
  int maxTalkers = 6;
  int channels = 1;       // 1 or 2
  bool levelling = true;  // a quiet and a loud speaker are at most 6 dB apart in the mix
};

enum class Chime { entry, exit };

// 20 ms ticks, never waits. The block of tick `now` ends with what each slot captured at now - D.
// addSlot, setCompanion and removeSlot on the main thread, tick on the tick thread.
class AudioMixer {
 public:
  static std::unique_ptr<AudioMixer> create(const AudioMixerSettings& settings);
  virtual ~AudioMixer() = default;
  // `companion`: the slot of the same participant's main connection when this is their shared screen's sound,
  // which their personal mix leaves out as well (also when only the screen is heard). May be null.
  virtual std::shared_ptr<AudioSlot> addSlot(std::shared_ptr<PlayoutDelay> delay,
                                             const AudioSlot* companion = nullptr) = 0;
  // The main connection was made anew, or is gone (null).
  virtual void setCompanion(const std::shared_ptr<AudioSlot>& slot, const AudioSlot* companion) = 0;
  virtual void removeSlot(const std::shared_ptr<AudioSlot>& slot) = 0;
  virtual void play(Chime chime) = 0;            // to everybody; main thread
  virtual void setTracks(bool wanted) = 0;       // any thread, from the next tick on
  virtual const AudioTick& tick(Nanos now) = 0;  // valid until the next tick
  virtual std::uint64_t ticks() const = 0;
  virtual AudioMixerStats stats() const = 0;  // of the slots that are there
};

}  // namespace tessera::mix
