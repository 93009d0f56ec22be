// SPDX-License-Identifier: Apache-2.0
#include "post/av.h"

#include <array>
#include <cerrno>
#include <fstream>

namespace tessera::post {
namespace {

// What the system says of a disk, of one on the network too, or of its own means; but not what libav says
// itself of content (EINVAL, ERANGE, ENOSYS and the like), nor that a file is not there.
bool isOfTheDisk(int code) {
  switch (AVUNERROR(code)) {
    case ENOSPC:
    case EDQUOT:
    case EIO:
    case EREMOTEIO:
    case EROFS:
    case EFBIG:
    case EACCES:
    case EBUSY:
    case EINTR:
    case EMFILE:
    case ENFILE:
    case ENOMEM:
    case ENOBUFS:
    case ENODEV:
    case ENXIO:
    case ENOMEDIUM:
    case EUCLEAN:
    case ESTALE:
    case ESHUTDOWN:
    case ETIMEDOUT:
    case EHOSTDOWN:
    case EHOSTUNREACH:
    case ENETDOWN:
    case ENETUNREACH:
    case ENOTCONN:
    case ECONNABORTED:
    case ECONNREFUSED:
    case ECONNRESET:
      return true;
    default:
      return false;
  }
}

// As far as a header may be.
bool isReadable(const std::string& path) {
  std::array<char, 64 << 10> beginning;
  std::ifstream file(path, std::ios::binary);
  file.read(beginning.data(), beginning.size());
  return file.is_open() && !file.bad();
}

}  // namespace

tl::unexpected<Error> avFail(int code, std::string_view what) {
  char text[AV_ERROR_MAX_STRING_SIZE] = {};
  av_strerror(code, text, sizeof text);
  return fail(isOfTheDisk(code) ? ErrorCode::io : ErrorCode::mediaFailed, "{}: {}", what, text);
}

Result<InputPtr> openInput(const std::string& path, const char* format) {
  AVFormatContext* raw = avformat_alloc_context();
  // No parser touches the packets: they go out as they came in.
  raw->flags |= AVFMT_FLAG_NOPARSE | AVFMT_FLAG_NOFILLIN;
  const std::string url = "file:" + path;
  const int opened = avformat_open_input(&raw, url.c_str(), av_find_input_format(format), nullptr);
  // Matroska's demuxer says EIO, too, of a file that ends within its header.
  if (opened == AVERROR(EIO) && isReadable(path)) return avFail(AVERROR_INVALIDDATA, "opening " + path);
  if (opened < 0) return avFail(opened, "opening " + path);  // which has freed it
  return InputPtr(raw);
}

Result<CodecPtr> openDecoder(const AVCodecParameters& parameters, AVRational timeBase) {
  const AVCodec* codec = avcodec_find_decoder(parameters.codec_id);
  if (!codec) return fail(ErrorCode::mediaFailed, "no decoder for {}", avcodec_get_name(parameters.codec_id));
  CodecPtr decoder(avcodec_alloc_context3(codec));
  decoder->thread_count = 1;
  decoder->pkt_timebase = timeBase;
  int code = avcodec_parameters_to_context(decoder.get(), &parameters);
  if (code >= 0) code = avcodec_open2(decoder.get(), codec, nullptr);
  if (code < 0) return avFail(code, "opening a decoder");
  return decoder;
}

}  // namespace tessera::post
