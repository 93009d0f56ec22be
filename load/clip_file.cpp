// SPDX-License-Identifier: Apache-2.0
#include "load/clip_file.h"

#include <glib.h>
#include <sys/stat.h>

#include <cstring>
#include <filesystem>
#include <memory>

namespace tessera::load {
namespace {

// A line of text (kind, version and settings), then each frame: u32 size, u8 keyframe, little endian, bytes.
// The version counts up when the picture or the encoding changes.
constexpr int kVersion = 2;
constexpr std::uint32_t kMaxFrameBytes = 4u << 20;
constexpr std::size_t kMaxFileBytes = 256u << 20;
constexpr std::size_t kFrameHeaderBytes = 5;

std::string headerOf(const VideoClipSettings& s) {
  return fmt::format("tessera-load clip {}, {} {}x{} {} fps {} kbit/s\n", kVersion, codecName(s.codec),
                     s.width, s.height, s.fps, s.kbps);
}

void appendFrame(std::string& out, const EncodedFrame& frame) {
  GstMapInfo map;
  gst_buffer_map(frame.data.get(), &map, GST_MAP_READ);
  for (int shift = 0; shift < 32; shift += 8) out.push_back(static_cast<char>(map.size >> shift & 0xff));
  out.push_back(frame.keyframe ? 1 : 0);
  out.append(reinterpret_cast<const char*>(map.data), map.size);
  gst_buffer_unmap(frame.data.get(), &map);
}

Result<std::vector<EncodedFrame>> parseFrames(std::string_view data, const std::string& file) {
  std::vector<EncodedFrame> frames;
  while (!data.empty()) {
    std::uint32_t size = 0;
    if (data.size() >= kFrameHeaderBytes) {
      for (int i = 3; i >= 0; --i) size = size << 8 | static_cast<std::uint8_t>(data[i]);
    }
    if (size == 0 || size > kMaxFrameBytes || data.size() < kFrameHeaderBytes + size)
      return fail(ErrorCode::badRequest, "the clip {} is damaged: delete it", file);
    const bool keyframe = data[4] != 0;
    data.remove_prefix(kFrameHeaderBytes);
    GstBuffer* buffer = gst_buffer_new_memdup(data.data(), size);
    frames.push_back({gst::Ref<GstBuffer>::adopt(buffer), keyframe});
    data.remove_prefix(size);
  }
  if (frames.empty() || !frames.front().keyframe)
    return fail(ErrorCode::badRequest, "the clip {} does not begin with a keyframe: delete it", file);
  return frames;
}

Result<std::string> readFile(const std::string& file) {
  std::error_code code;
  const auto size = std::filesystem::file_size(file, code);
  if (code) return fail(ErrorCode::notFound, "reading the clip {}: {}", file, code.message());
  if (size > kMaxFileBytes) return fail(ErrorCode::badRequest, "{} is too large for a clip", file);
  gchar* data = nullptr;
  gsize length = 0;
  GError* error = nullptr;
  if (!g_file_get_contents(file.c_str(), &data, &length, &error))
    return tl::unexpected(Error::fromGError(ErrorCode::io, "reading the clip", error));
  const std::unique_ptr<gchar, void (*)(gpointer)> guard(data, g_free);
  return std::string(data, length);
}

}  // namespace

std::string defaultClipFile(const VideoClipSettings& s) {
  return fmt::format("{}/tessera-load/{}-{}x{}-{}fps-{}kbps-v{}.clip", g_get_user_cache_dir(),
                     codecName(s.codec), s.width, s.height, s.fps, s.kbps, kVersion);
}

Result<Clip> readClip(const std::string& file, const VideoClipSettings& settings) {
  const auto content = readFile(file);
  if (!content) return tl::unexpected(content.error());
  const std::string header = headerOf(settings);
  if (!content->starts_with(header))
    return fail(ErrorCode::badRequest, "{} is not a clip of these settings ({})", file,
                header.substr(0, header.size() - 1));
  auto frames = parseFrames(std::string_view(*content).substr(header.size()), file);
  if (!frames) return tl::unexpected(frames.error());
  Clip clip;
  clip.caps = videoClipCaps(settings);
  clip.frameDuration = std::chrono::nanoseconds(std::chrono::seconds(1)) / settings.fps;
  clip.frames = std::move(*frames);
  return clip;
}

Status writeClip(const std::string& file, const VideoClipSettings& settings, const Clip& clip) {
  std::string content = headerOf(settings);
  content.reserve(content.size() + clip.bytes() + clip.frames.size() * kFrameHeaderBytes);
  for (const EncodedFrame& frame : clip.frames) appendFrame(content, frame);
  const auto folder = std::filesystem::path(file).parent_path();
  std::error_code code;
  if (!folder.empty()) std::filesystem::create_directories(folder, code);
  if (code) return fail(ErrorCode::io, "making the folder {}: {}", folder.string(), code.message());
  GError* error = nullptr;
  // By a temporary file, so that two runs at once cannot damage it.
  if (!g_file_set_contents(file.c_str(), content.data(), static_cast<gssize>(content.size()), &error))
    return tl::unexpected(Error::fromGError(ErrorCode::io, "writing the clip", error));
  return {};
}

}  // namespace tessera::load
