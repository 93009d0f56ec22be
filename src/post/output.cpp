// SPDX-License-Identifier: Apache-2.0
#include "post/output.h"

#include <algorithm>
#include <ctime>
#include <string_view>

#include "post/mp4_chapters.h"

namespace tessera::post {
namespace {

constexpr Ticks kRounding = kTicksPerSecond / 500;  // of WebM's milliseconds, amply
constexpr const char* kEncoder = "Tessera " TESSERA_VERSION;

struct Muxer {
  const char* name;
  const char* option;  // puts the index in front
  const char* value;
};

Muxer muxerOf(RecordingFormat format) {
  switch (format) {
    case RecordingFormat::mp4:
      return {"mp4", "movflags", "+faststart"};
    case RecordingFormat::m4a:
      return {"ipod", "movflags", "+faststart"};
    case RecordingFormat::webm:
      return {"webm", "cues_to_front", "1"};
    case RecordingFormat::ogg:
      break;
  }
  return {"ogg", nullptr, nullptr};
}

std::string isoTime(std::int64_t unixMs) {
  const std::time_t seconds = unixMs / 1000;
  std::tm parts{};
  if (!gmtime_r(&seconds, &parts)) return "1970-01-01T00:00:00Z";
  char text[64] = {};
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text;
}

}  // namespace

void Output::CloseFile::operator()(AVFormatContext* context) const {
  avio_closep(&context->pb);
  avformat_free_context(context);
}

Output::Output(AVFormatContext* context, const OutputSettings& settings)
    : context_(context),
      path_(settings.path),
      isMp4_(settings.format == RecordingFormat::mp4 || settings.format == RecordingFormat::m4a),
      fps_(settings.fps),
      chapters_(settings.chapters) {}

Result<Output> Output::open(const OutputSettings& settings) {
  AVFormatContext* raw = nullptr;
  const std::string url = "file:" + settings.path;
  int code = avformat_alloc_output_context2(&raw, nullptr, muxerOf(settings.format).name, url.c_str());
  if (code < 0) return avFail(code, "choosing a muxer");
  Output output(raw, settings);
  if (settings.video)
    if (auto added = output.addStream(settings.video, output.video_); !added)
      return tl::unexpected(added.error());
  if (settings.sound)
    if (auto added = output.addStream(settings.sound, output.sound_); !added)
      return tl::unexpected(added.error());
  if (!output.isMp4_)
    if (auto added = output.addChapters(settings.durationMs); !added) return tl::unexpected(added.error());
  code = avio_open(&raw->pb, url.c_str(), AVIO_FLAG_WRITE);
  if (code < 0) return avFail(code, "opening " + settings.path);
  if (auto begun = output.begin(settings); !begun) return tl::unexpected(begun.error());
  return output;
}

Status Output::addStream(const AVCodecParameters* parameters, int& index) {
  AVStream* stream = avformat_new_stream(context_.get(), nullptr);
  if (!stream) return fail(ErrorCode::io, "no memory for a stream");
  if (const int code = avcodec_parameters_copy(stream->codecpar, parameters); code < 0)
    return avFail(code, "a stream");
  stream->codecpar->codec_tag = 0;  // the muxer's own
  stream->time_base = kTick;
  index = stream->index;
  return {};
}

Status Output::addChapters(std::int64_t durationMs) {
  const std::size_t count = chapters_.size();
  if (count == 0) return {};
  auto** list = static_cast<AVChapter**>(av_calloc(count, sizeof(AVChapter*)));
  if (!list) return fail(ErrorCode::io, "no memory for chapters");
  context_->chapters = list;  // which frees them
  for (std::size_t i = 0; i < count; ++i) {
    auto* chapter = static_cast<AVChapter*>(av_mallocz(sizeof(AVChapter)));
    if (!chapter) return fail(ErrorCode::io, "no memory for chapters");
    const bool last = i + 1 == count;
    chapter->id = static_cast<std::int64_t>(i) + 1;
    chapter->time_base = {1, 1000};
    chapter->start = chapters_[i].mediaMs;
    chapter->end = std::max(last ? durationMs : chapters_[i + 1].mediaMs, chapter->start + 1);
    av_dict_set(&chapter->metadata, "title", chapters_[i].title.c_str(), 0);
    list[i] = chapter;
    context_->nb_chapters = static_cast<unsigned>(i) + 1;
  }
  return {};
}

Status Output::begin(const OutputSettings& settings) {
  AVDictionary* options = nullptr;
  const Muxer muxer = muxerOf(settings.format);
  if (muxer.option) av_dict_set(&options, muxer.option, muxer.value, 0);
  av_dict_set(&context_->metadata, "title", settings.title.c_str(), 0);
  av_dict_set(&context_->metadata, "creation_time", isoTime(settings.startedAtMs).c_str(), 0);
  // Ogg writes these comments while it is initialised; those of a stream come before those of the file.
  if (settings.format == RecordingFormat::ogg)
    av_dict_set(&context_->streams[0]->metadata, "encoder", kEncoder, 0);
  int code = avformat_init_output(context_.get(), &options);
  av_dict_free(&options);
  // Only now: initialising names libavformat. (MP4 calls it "encoding tool".)
  if (settings.format != RecordingFormat::ogg)
    for (const char* key : {"encoder", "encoding_tool"}) av_dict_set(&context_->metadata, key, kEncoder, 0);
  if (code >= 0) code = avformat_write_header(context_.get(), nullptr);
  if (code < 0) return avFail(code, "writing the head of " + settings.path);
  return {};
}

Status Output::write(AVPacket& packet, int stream) {
  packet.stream_index = stream;
  packet.pos = -1;
  packet.time_base = kTick;
  av_packet_rescale_ts(&packet, kTick, context_->streams[stream]->time_base);
  const int code = av_interleaved_write_frame(context_.get(), &packet);
  if (code < 0) return avFail(code, "writing the file");
  return {};
}

Status Output::writeHeld(Ticks end) {
  if (held_->size == 0) return {};
  held_->duration = std::max<Ticks>(end - held_->pts, 1);
  ++written_[0];
  return write(*held_, video_);
}

std::int64_t Output::placeOf(Ticks at) const {
  const AVRational fileTime = context_->streams[video_]->time_base;
  return av_rescale_q(av_rescale_q(at, kTick, fileTime), fileTime, {1, fps_});
}

// The first time that surely rounds to that place.
Ticks Output::beginOfPlace(std::int64_t place) const {
  return (2 * place - 1) * kTicksPerSecond / (2 * fps_) + kRounding;
}

Status Output::writeVideo(AVPacket& packet) {
  if (held_->size > 0 && fps_ > 0 && placeOf(packet.pts) <= placeOf(held_->pts)) {
    const Ticks later = beginOfPlace(placeOf(held_->pts) + 1);
    const bool much = later - packet.pts > kTicksPerSecond / fps_ / 4;
    const bool lastOfItsKind = (packet.flags & AV_PKT_FLAG_KEY) && !(held_->flags & AV_PKT_FLAG_KEY);
    if (much && lastOfItsKind)
      av_packet_unref(held_.get());  // nothing builds on it
    else
      packet.pts = packet.dts = later;
  }
  if (auto status = writeHeld(packet.pts); !status) return status;
  av_packet_move_ref(held_.get(), &packet);
  return {};
}

Status Output::writeSound(AVPacket& packet) {
  ++written_[1];
  return write(packet, sound_);
}

Status Output::finish(Ticks end) {
  if (auto status = writeHeld(end); !status) return status;
  if (isMp4_)  // only now: a track of chapters, which is written too, must not be longer than the rest
    if (auto added = addChapters(msOf(end)); !added) return added;
  int code = av_write_trailer(context_.get());
  if (code >= 0) code = context_->pb->error;
  if (const int closed = avio_closep(&context_->pb); code >= 0) code = closed;
  if (code < 0) return avFail(code, "finishing the file");
  return isMp4_ ? dropChapterTrack(path_) : Status{};
}

}  // namespace tessera::post
