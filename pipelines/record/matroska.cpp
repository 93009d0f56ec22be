// SPDX-License-Identifier: Apache-2.0
#include "pipelines/record/matroska.h"

#include <bit>
#include <limits>

namespace tessera {
namespace {

// Element ids: RFC 8794, section 11.2.1 and RFC 9559, section 5.1.
enum : std::uint32_t {
  kEbml = 0x1A45DFA3,
  kEbmlVersion = 0x4286,
  kEbmlReadVersion = 0x42F7,
  kEbmlMaxIdLength = 0x42F2,
  kEbmlMaxSizeLength = 0x42F3,
  kDocType = 0x4282,
  kDocTypeVersion = 0x4287,
  kDocTypeReadVersion = 0x4285,
  kSegment = 0x18538067,
  kInfo = 0x1549A966,
  kTimestampScale = 0x2AD7B1,
  kMuxingApp = 0x4D80,
  kWritingApp = 0x5741,
  kTracks = 0x1654AE6B,
  kTrackEntry = 0xAE,
  kTrackNumber = 0xD7,
  kTrackUid = 0x73C5,
  kTrackType = 0x83,
  kFlagLacing = 0x9C,
  kLanguage = 0x22B59C,
  kCodecId = 0x86,
  kCodecPrivate = 0x63A2,
  kCodecDelay = 0x56AA,
  kSeekPreRoll = 0x56BB,
  kVideo = 0xE0,
  kFlagInterlaced = 0x9A,
  kPixelWidth = 0xB0,
  kPixelHeight = 0xBA,
  kAudio = 0xE1,
  kSamplingFrequency = 0xB5,
  kChannels = 0x9F,
  kCluster = 0x1F43B675,
  kTimestamp = 0xE7,
  kSimpleBlock = 0xA3,
};
constexpr int kPictureTrack = 1, kSoundTrack = 2;
constexpr std::uint64_t kPictureType = 1, kSoundType = 2, kProgressive = 2;

void putBigEndian(Bytes& out, std::uint64_t value, int bytes) {
  for (int i = bytes - 1; i >= 0; --i) out.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
}

// Ids carry their own length marker.
void putId(Bytes& out, std::uint32_t id) {
  putBigEndian(out, id, (std::bit_width(id) + 7) / 8);
}

// All ones are the unknown size.
void putSize(Bytes& out, std::uint64_t size) {
  int bytes = 1;
  while (size >= (std::uint64_t{1} << (7 * bytes)) - 1) ++bytes;
  putBigEndian(out, size | std::uint64_t{1} << (7 * bytes), bytes);
}

void putUnknownSize(Bytes& out) {
  putBigEndian(out, 0x01FFFFFFFFFFFFFF, 8);
}

void putBinary(Bytes& out, std::uint32_t id, std::span<const std::uint8_t> data) {
  putId(out, id);
  putSize(out, data.size());
  out.insert(out.end(), data.begin(), data.end());
}

void putText(Bytes& out, std::uint32_t id, std::string_view text) {
  putBinary(out, id, {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

void putNumber(Bytes& out, std::uint32_t id, std::uint64_t value) {
  const int bytes = std::max((static_cast<int>(std::bit_width(value)) + 7) / 8, 1);
  putId(out, id);
  putSize(out, static_cast<std::uint64_t>(bytes));
  putBigEndian(out, value, bytes);
}

void putFloat(Bytes& out, std::uint32_t id, double value) {
  putId(out, id);
  putSize(out, 8);
  putBigEndian(out, std::bit_cast<std::uint64_t>(value), 8);
}

Bytes ebmlHeader() {
  Bytes header;
  putNumber(header, kEbmlVersion, 1);
  putNumber(header, kEbmlReadVersion, 1);
  putNumber(header, kEbmlMaxIdLength, 4);
  putNumber(header, kEbmlMaxSizeLength, 8);
  putText(header, kDocType, "matroska");
  putNumber(header, kDocTypeVersion, 4);
  putNumber(header, kDocTypeReadVersion, 2);
  return header;
}

Bytes info() {
  Bytes info;
  putNumber(info, kTimestampScale, static_cast<std::uint64_t>(MatroskaWriter::kTick.count()));
  putText(info, kMuxingApp, "Tessera");
  putText(info, kWritingApp, "Tessera");
  return info;
}

Bytes trackEntry(int number, std::uint64_t type, std::string_view codec, const Bytes& config) {
  Bytes entry;
  putNumber(entry, kTrackNumber, static_cast<std::uint64_t>(number));
  putNumber(entry, kTrackUid, static_cast<std::uint64_t>(number));
  putNumber(entry, kTrackType, type);
  putNumber(entry, kFlagLacing, 0);
  putText(entry, kLanguage, "und");
  putText(entry, kCodecId, codec);
  if (!config.empty()) putBinary(entry, kCodecPrivate, config);
  return entry;
}

Bytes pictureEntry(const MatroskaWriter::Picture& picture) {
  Bytes entry = trackEntry(kPictureTrack, kPictureType, picture.codec, picture.config);
  Bytes video;
  putNumber(video, kFlagInterlaced, kProgressive);
  putNumber(video, kPixelWidth, static_cast<std::uint64_t>(picture.width));
  putNumber(video, kPixelHeight, static_cast<std::uint64_t>(picture.height));
  putBinary(entry, kVideo, video);
  return entry;
}

Bytes soundEntry(const MatroskaWriter::Sound& sound) {
  Bytes entry = trackEntry(kSoundTrack, kSoundType, sound.codec, sound.config);
  if (sound.delay > Nanos{0}) putNumber(entry, kCodecDelay, static_cast<std::uint64_t>(sound.delay.count()));
  if (sound.preRoll > Nanos{0})
    putNumber(entry, kSeekPreRoll, static_cast<std::uint64_t>(sound.preRoll.count()));
  Bytes audio;
  putFloat(audio, kSamplingFrequency, mix::kSampleRate);
  putNumber(audio, kChannels, static_cast<std::uint64_t>(sound.channels));
  putBinary(entry, kAudio, audio);
  return entry;
}

std::int64_t ticksOf(Nanos time) {
  return (time + MatroskaWriter::kTick / 2) / MatroskaWriter::kTick;
}

}  // namespace

MatroskaWriter::MatroskaWriter(const std::optional<Picture>& picture, const std::optional<Sound>& sound) {
  putBinary(bytes_, kEbml, ebmlHeader());
  putId(bytes_, kSegment);
  putUnknownSize(bytes_);
  putBinary(bytes_, kInfo, info());
  Bytes tracks;
  if (picture) putBinary(tracks, kTrackEntry, pictureEntry(*picture));
  if (sound) putBinary(tracks, kTrackEntry, soundEntry(*sound));
  putBinary(bytes_, kTracks, tracks);
}

void MatroskaWriter::addPicture(Nanos time, bool keyframe, std::span<const std::uint8_t> frame) {
  const std::int64_t ticks = ticksOf(time);
  if (keyframe) beginCluster(ticks);
  addBlock(kPictureTrack, ticks, keyframe, frame);
}

void MatroskaWriter::addSound(Nanos time, std::span<const std::uint8_t> packet) {
  addBlock(kSoundTrack, ticksOf(time), true, packet);
}

// Times in a cluster are 16 bits with a sign: a track that is behind may lie before its begin.
void MatroskaWriter::addBlock(int track, std::int64_t ticks, bool keyframe,
                              std::span<const std::uint8_t> data) {
  constexpr std::int64_t kBehind = std::numeric_limits<std::int16_t>::min();
  if (!cluster_ || ticks - *cluster_ >= kMaxCluster / kTick || ticks - *cluster_ < kBehind)
    beginCluster(ticks);
  putId(bytes_, kSimpleBlock);
  putSize(bytes_, data.size() + 4);
  putSize(bytes_, static_cast<std::uint64_t>(track));
  putBigEndian(bytes_, static_cast<std::uint16_t>(ticks - *cluster_), 2);
  bytes_.push_back(keyframe ? 0x80 : 0);
  bytes_.insert(bytes_.end(), data.begin(), data.end());
}

void MatroskaWriter::beginCluster(std::int64_t ticks) {
  cluster_ = ticks;
  putId(bytes_, kCluster);
  putUnknownSize(bytes_);
  putNumber(bytes_, kTimestamp, static_cast<std::uint64_t>(ticks));
}

}  // namespace tessera
