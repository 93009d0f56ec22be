// SPDX-License-Identifier: Apache-2.0
#include "pipelines/record/picture_format.h"

#define GST_USE_UNSTABLE_API  // codecparsers says so of all it has
#include <gst/codecparsers/gsth264parser.h>

#include <span>

#include "pipelines/legs/vp8_header.h"

namespace tessera {
namespace {

using Unit = std::span<const std::uint8_t>;

class Mapped {
 public:
  explicit Mapped(GstBuffer* buffer) : buffer_(buffer) {
    if (!gst_buffer_map(buffer, &info_, GST_MAP_READ)) info_ = GST_MAP_INFO_INIT;
  }
  ~Mapped() {
    if (info_.memory) gst_buffer_unmap(buffer_, &info_);
  }
  Mapped(const Mapped&) = delete;
  Mapped& operator=(const Mapped&) = delete;
  Unit data() const { return {info_.data, info_.size}; }

 private:
  GstBuffer* buffer_;
  GstMapInfo info_ = GST_MAP_INFO_INIT;
};

// Calls `onUnit` for each NAL unit of a byte stream.
template <class Handler>
void forEachUnit(GstH264NalParser* parser, Unit stream, Handler onUnit) {
  GstH264NalUnit unit;
  guint offset = 0;
  while (offset < stream.size()) {
    const auto result = gst_h264_parser_identify_nalu(parser, stream.data(), offset, stream.size(), &unit);
    if (result != GST_H264_PARSER_OK && result != GST_H264_PARSER_NO_NAL_END) return;
    onUnit(unit, stream.subspan(unit.offset, unit.size));
    offset = unit.offset + unit.size;
  }
}

bool readSize(GstH264NalParser* parser, GstH264NalUnit& unit, PictureFormat& format) {
  GstH264SPS sps;
  if (gst_h264_parser_parse_sps(parser, &unit, &sps) != GST_H264_PARSER_OK) return false;
  format.width = sps.frame_cropping_flag ? sps.crop_rect_width : sps.width;
  format.height = sps.frame_cropping_flag ? sps.crop_rect_height : sps.height;
  gst_h264_sps_clear(&sps);
  return true;
}

void putUnit(Bytes& out, Unit unit, int lengthBytes) {
  for (int i = lengthBytes - 1; i >= 0; --i) out.push_back(static_cast<std::uint8_t>(unit.size() >> (8 * i)));
  out.insert(out.end(), unit.begin(), unit.end());
}

Bytes configRecord(Unit sps, Unit pps) {
  Bytes record{1, sps[1], sps[2], sps[3], 0xfc | 3, 0xe0 | 1};  // lengths of 4 bytes, one SPS
  putUnit(record, sps, 2);
  record.push_back(1);
  putUnit(record, pps, 2);
  return record;
}

std::optional<PictureFormat> h264Format(GstH264NalParser* parser, Unit stream) {
  PictureFormat format;
  Unit sps, pps;
  forEachUnit(parser, stream, [&](GstH264NalUnit& unit, Unit data) {
    if (unit.type == GST_H264_NAL_SPS && sps.empty() && readSize(parser, unit, format)) sps = data;
    if (unit.type == GST_H264_NAL_PPS && pps.empty()) pps = data;
  });
  if (sps.size() < 4 || pps.empty()) return std::nullopt;
  format.config = configRecord(sps, pps);
  return format;
}

}  // namespace

struct PictureReader::Parser {
  Parser() = default;
  ~Parser() { gst_h264_nal_parser_free(units); }
  Parser(const Parser&) = delete;
  Parser& operator=(const Parser&) = delete;
  GstH264NalParser* const units = gst_h264_nal_parser_new();
};

PictureReader::PictureReader(VideoCodec codec) : codec_(codec), parser_(std::make_unique<Parser>()) {}

PictureReader::~PictureReader() = default;

std::optional<PictureFormat> PictureReader::format(GstBuffer* keyframe) {
  const Mapped frame(keyframe);
  if (codec_ == VideoCodec::h264) return h264Format(parser_->units, frame.data());
  const auto size = vp8KeyframeSize(frame.data());
  if (!size) return std::nullopt;
  return PictureFormat{VideoCodec::vp8, size->width, size->height, {}};
}

Bytes PictureReader::stored(GstBuffer* frame) {
  const Mapped mapped(frame);
  const Unit data = mapped.data();
  if (codec_ == VideoCodec::vp8) return {data.begin(), data.end()};
  Bytes units;
  units.reserve(data.size() + 16);
  forEachUnit(parser_->units, data, [&](const GstH264NalUnit&, Unit unit) { putUnit(units, unit, 4); });
  return units;
}

MatroskaWriter::Picture matroskaPicture(const PictureFormat& format) {
  return {format.codec == VideoCodec::vp8 ? "V_VP8" : "V_MPEG4/ISO/AVC", format.width, format.height,
          format.config};
}

}  // namespace tessera
