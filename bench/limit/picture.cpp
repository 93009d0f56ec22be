// SPDX-License-Identifier: Apache-2.0
#include "bench/limit/picture.h"

#include <libyuv/scale.h>
#include <vpx/vp8cx.h>
#include <vpx/vp8dx.h>

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace tessera::bench {
namespace {

Error vpxError(vpx_codec_ctx_t& codec, std::string_view what) {
  return {ErrorCode::internal, fmt::format("{}: {}", what, vpx_codec_error(&codec))};
}

int evenNear(double value) {
  return 2 * static_cast<int>(std::lround(value / 2));
}

// The part of a source that fills the tile, as pipelines/mix/fit.cpp chooses it: from its middle, and zoomed
// into a little where that comes to a scale at which libyuv is quick.
TileRect partShown(int width, int height, const TileRect& tile) {
  const double scale = std::max(1.0 * tile.width / width, 1.0 * tile.height / height);
  TileRect part{0, 0, std::min(width, evenNear(tile.width / scale)),
                std::min(height, evenNear(tile.height / scale))};
  struct Scale {
    int tile, source;
  };
  constexpr Scale kQuick[] = {{1, 1}, {3, 4}, {1, 2}, {3, 8}, {1, 4}};
  constexpr double kMaxZoom = 1.06;
  for (const Scale& quick : kQuick) {
    const int w = tile.width * quick.source / quick.tile, h = tile.height * quick.source / quick.tile;
    const bool exact = w * quick.tile == tile.width * quick.source && w % 2 == 0 &&
                       h * quick.tile == tile.height * quick.source && h % 2 == 0;
    if (!exact || w > width || h > height || part.width > kMaxZoom * w || part.height > kMaxZoom * h)
      continue;
    part = {0, 0, w, h};
    break;
  }
  part.x = (width - part.width) / 2 & ~1;
  part.y = (height - part.height) / 2 & ~1;
  return part;
}

// As the room does: bilinear costs half, but passes over pixels where the picture becomes much smaller.
libyuv::FilterMode filterFor(const TileRect& from, const TileRect& to) {
  constexpr double kMaxBilinear = 2.4;
  const bool bilinear = from.width <= kMaxBilinear * to.width && from.height <= kMaxBilinear * to.height;
  return bilinear ? libyuv::kFilterBilinear : libyuv::kFilterBox;
}

}  // namespace

Result<std::unique_ptr<Picture>> Picture::create(const Options& options) {
  std::unique_ptr<Picture> picture(new Picture(options));
  if (auto ok = picture->open(); !ok) return tl::unexpected(ok.error());
  return picture;
}

// The room's settings: configureVp8() in pipelines/encode/video_encoder.cpp, and what vp8enc sets besides.
void Picture::configureEncoder(vpx_codec_enc_cfg_t& config) const {
  config.g_w = static_cast<unsigned>(options_.canvasWidth);
  config.g_h = static_cast<unsigned>(options_.canvasHeight);
  config.g_timebase = {1, options_.canvasFps};
  config.g_threads = 1;
  config.g_pass = VPX_RC_ONE_PASS;
  config.g_lag_in_frames = 0;
  config.g_error_resilient = VPX_ERROR_RESILIENT_DEFAULT;
  config.rc_end_usage = VPX_CBR;
  config.rc_target_bitrate = static_cast<unsigned>(options_.canvasKbps);
  config.rc_min_quantizer = 4;
  config.rc_max_quantizer = 56;
  config.rc_undershoot_pct = 100;
  config.rc_overshoot_pct = 15;
  config.rc_buf_sz = 150;
  config.rc_buf_initial_sz = 100;
  config.rc_buf_optimal_sz = 120;
  config.rc_dropframe_thresh = 0;
  config.rc_resize_allowed = 0;
  config.kf_mode = VPX_KF_AUTO;
  config.kf_max_dist = 1 << 20;
}

Status Picture::open() {
  vpx_codec_dec_cfg_t decoding{};
  decoding.threads = 1;
  for (int i = 0; i < options_.senders; ++i) {
    auto decoder = std::make_unique<Decoder>();
    if (vpx_codec_dec_init(&decoder->codec, vpx_codec_vp8_dx(), &decoding, 0) != VPX_CODEC_OK)
      return tl::unexpected(vpxError(decoder->codec, "opening a VP8 decoder"));
    decoders_.push_back(std::move(decoder));
  }
  vpx_codec_enc_cfg_t config;
  vpx_codec_enc_config_default(vpx_codec_vp8_cx(), &config, 0);
  configureEncoder(config);
  if (vpx_codec_enc_init(&encoder_, vpx_codec_vp8_cx(), &config, 0) != VPX_CODEC_OK)
    return tl::unexpected(vpxError(encoder_, "opening the VP8 encoder"));
  encoderOpen_ = true;
  vpx_codec_control(&encoder_, VP8E_SET_CPUUSED, 12);
  vpx_codec_control(&encoder_, VP8E_SET_STATIC_THRESHOLD, 100);
  vpx_codec_control(&encoder_, VP8E_SET_MAX_INTRA_BITRATE_PCT, 250);
  vpx_codec_control(&encoder_, VP8E_SET_TUNING, VP8_TUNE_PSNR);
  if (!vpx_img_alloc(&canvas_, VPX_IMG_FMT_I420, config.g_w, config.g_h, 32))
    return fail(ErrorCode::internal, "no memory for the canvas");
  for (const int plane : {VPX_PLANE_Y, VPX_PLANE_U, VPX_PLANE_V}) {
    const int rows = plane == VPX_PLANE_Y ? options_.canvasHeight : options_.canvasHeight / 2;
    std::fill_n(canvas_.planes[plane], canvas_.stride[plane] * rows, plane == VPX_PLANE_Y ? 30 : 128);
  }
  return {};
}

Picture::~Picture() {
  for (const auto& decoder : decoders_) vpx_codec_destroy(&decoder->codec);
  if (encoderOpen_) vpx_codec_destroy(&encoder_);
  vpx_img_free(&canvas_);
}

bool Picture::decode(int sender, const std::vector<Packet>& packets) {
  Decoder& decoder = *decoders_[static_cast<std::size_t>(sender)];
  decoder.frame.clear();
  for (const Packet& packet : packets) {
    const auto payload = payloadOf(packet, true);
    decoder.frame.insert(decoder.frame.end(), payload.begin(), payload.end());
  }
  if (vpx_codec_decode(&decoder.codec, decoder.frame.data(), static_cast<unsigned>(decoder.frame.size()),
                       nullptr, 0) != VPX_CODEC_OK)
    return false;
  vpx_codec_iter_t at = nullptr;
  decoder.picture = vpx_codec_get_frame(&decoder.codec, &at);
  return decoder.picture != nullptr;
}

void Picture::scale(int sender) {
  const vpx_image_t& from = *decoders_[static_cast<std::size_t>(sender)]->picture;
  const TileRect& tile = options_.tiles[static_cast<std::size_t>(sender)];
  const TileRect part = partShown(static_cast<int>(from.d_w), static_cast<int>(from.d_h), tile);
  const auto at = [](const vpx_image_t& image, int plane, const TileRect& rect) {
    const int half = plane == VPX_PLANE_Y ? 1 : 2;
    return image.planes[plane] + std::ptrdiff_t{rect.y / half} * image.stride[plane] + rect.x / half;
  };
  libyuv::I420Scale(at(from, VPX_PLANE_Y, part), from.stride[VPX_PLANE_Y], at(from, VPX_PLANE_U, part),
                    from.stride[VPX_PLANE_U], at(from, VPX_PLANE_V, part), from.stride[VPX_PLANE_V],
                    part.width, part.height, at(canvas_, VPX_PLANE_Y, tile), canvas_.stride[VPX_PLANE_Y],
                    at(canvas_, VPX_PLANE_U, tile), canvas_.stride[VPX_PLANE_U],
                    at(canvas_, VPX_PLANE_V, tile), canvas_.stride[VPX_PLANE_V], tile.width, tile.height,
                    filterFor(part, tile));
}

std::span<const std::uint8_t> Picture::encode() {
  encoded_.clear();
  if (vpx_codec_encode(&encoder_, &canvas_, frames_++, 1, 0, VPX_DL_REALTIME) != VPX_CODEC_OK) return {};
  vpx_codec_iter_t at = nullptr;
  while (const vpx_codec_cx_pkt_t* packet = vpx_codec_get_cx_data(&encoder_, &at)) {
    if (packet->kind != VPX_CODEC_CX_FRAME_PKT) continue;
    const auto* data = static_cast<const std::uint8_t*>(packet->data.frame.buf);
    encoded_.insert(encoded_.end(), data, data + packet->data.frame.sz);
  }
  return encoded_;
}

}  // namespace tessera::bench
