// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "pipelines/program/program_hub.h"
#include "pipelines/record/disk_sync.h"
#include "pipelines/record/matroska.h"
#include "pipelines/record/media_time.h"
#include "pipelines/record/picture_format.h"
#include "pipelines/record/sound_writer.h"
#include "room/recording.h"
#include "wire/recording_files.h"

namespace tessera {

struct PartSettings {
  std::string directory;
  int number = 1;
  RecordingFormats formats;
  int soundKbps = 128;
  int channels = 1;
  Nanos frameTime{0};   // from one picture to the next
  Nanos wallOffset{0};  // Unix time minus CLOCK_MONOTONIC
  DiskFile::Opener open = DiskFile::make;
};

// The files of one part: its media, its sidecar and its separate tracks. Times are CLOCK_MONOTONIC, those of
// pictures and sound; what lies outside of the part or in its pauses is left out. After a failure nothing but
// its end makes sense. On the recording's thread.
class Part {
 public:
  static constexpr std::size_t kMaxTracks = 100;
  static constexpr int kTrackKbps = 32;  // a channel

  // `from`: its first keyframe, of that format; sound alone has none.
  static Result<std::unique_ptr<Part>> create(const PartSettings& settings,
                                              const std::optional<PictureFormat>& format, Nanos from,
                                              DiskSync& sync);

  bool running() const { return time_.running(); }
  const std::optional<PictureFormat>& format() const { return format_; }
  // Media time stands still with what is of `to` or later; what is earlier may still come. Gives when it is,
  // which is no earlier than what was written. The last picture before is shown for its time at least.
  Nanos halt(Nanos to);
  std::optional<Nanos> lastHalt() const { return time_.lastHalt(); }
  [[nodiscard]] Status pause(Nanos to);  // halts
  [[nodiscard]] Status resume(Nanos from);
  [[nodiscard]] Status finish();  // halts where it is, if it runs. The last call

  void addPicture(std::span<const std::uint8_t> stored, Nanos time, bool keyframe);
  [[nodiscard]] Status addSound(const ProgramSound& sound, Nanos begin);
  [[nodiscard]] Status flush();  // to the files
  [[nodiscard]] Status tick();

  Nanos media() const { return time_.before(written_); }
  std::int64_t bytes() const;
  std::size_t waiting() const { return writer_.size(); }  // bytes, for flush()

 private:
  struct Track {
    std::shared_ptr<DiskFile> file;
    MatroskaWriter writer;
    std::unique_ptr<SoundWriter> sound;
  };
  Part(const PartSettings& settings, const std::optional<PictureFormat>& format, DiskSync& sync);
  [[nodiscard]] Status open();
  [[nodiscard]] Result<std::shared_ptr<DiskFile>> makeFile(const std::string& name);
  [[nodiscard]] Status note(wire::PartPointKind event, Nanos time);
  [[nodiscard]] Result<Track*> trackOf(const ParticipantId& participant);
  [[nodiscard]] Result<std::unique_ptr<Track>> makeTrack(const ParticipantId& participant);
  SoundWriter::Settings mixSettings() const;
  SoundWriter::Settings trackSettings() const;

  const PartSettings settings_;
  const std::optional<PictureFormat> format_;
  DiskSync& sync_;
  MediaTime time_;
  Nanos lastPicture_{0};
  Nanos written_{0};  // up to where there is picture or sound
  MatroskaWriter writer_;
  std::shared_ptr<DiskFile> file_, sidecar_;
  std::unique_ptr<SoundWriter> sound_;
  std::map<ParticipantId, std::unique_ptr<Track>> tracks_;
  bool tooManyTracks_ = false;
};

}  // namespace tessera
