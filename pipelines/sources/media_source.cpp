// SPDX-License-Identifier: Apache-2.0
#include "pipelines/sources/media_source.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

#include "base/log.h"
#include "base/main_loop.h"
#include "pipelines/gst/clock.h"
#include "pipelines/sources/playback.h"

namespace tessera {
namespace {

using namespace std::chrono_literals;
using mix::Nanos;

constexpr Nanos kFirstBackOff = 1s, kLastBackOff = 30s;
constexpr Nanos kSteady = 10s;        // a stream that came for so long is tried again soon
constexpr Nanos kReadyBefore = 2s;    // the next round of a file, before the end of this one
constexpr Nanos kShortestRound = 1s;  // of a file, which may hold a single picture
constexpr std::chrono::milliseconds kWatch = 1s;
constexpr std::chrono::milliseconds kLongestWait = 24h;  // whatever a file says of its length

std::chrono::milliseconds delay(Nanos time) {
  return std::clamp(std::chrono::ceil<std::chrono::milliseconds>(time), 0ms, kLongestWait);
}

bool same(const SourceStatus& a, const SourceStatus& b) {
  return a.phase == b.phase && a.video == b.video && a.audio == b.audio && a.reconnects == b.reconnects &&
         a.why.text == b.why.text;
}

const char* nameOf(SourcePhase phase) {
  switch (phase) {
    case SourcePhase::connecting:
      return "connecting";
    case SourcePhase::playing:
      return "playing";
    case SourcePhase::waiting:
      return "waiting";
    case SourcePhase::ended:
      return "ended";
    case SourcePhase::failed:
      return "failed";
  }
  return "";
}

// Plays one playback after the other: rounds of a file, of which the next is ready before the last is over,
// or connections to a stream.
class PlayedSource final : public MediaSource {
 public:
  PlayedSource(const SourceSettings& settings, SourceUrl url, Playback::Slots slots, Reaper& reaper,
               Handlers handlers)
      : loop_(settings.loop),
        url_(std::move(url)),
        slots_(std::move(slots)),
        reaper_(reaper),
        handlers_(std::move(handlers)) {
    status_.participant = settings.participant;
  }

  [[nodiscard]] Status start() {
    watch_.every(kWatch, [this] { look(); });
    return play();
  }

 private:
  struct Turn {
    int number = 0;
    std::unique_ptr<Playback> playback;
  };

  [[nodiscard]] Result<Turn> make() {
    const int number = ++turns_;
    const auto weak = weak_.get();
    Playback::Handlers handlers;
    handlers.onMedia = [weak, number](bool video, bool audio) {
      if (auto* self = weak.get()) self->onMedia(number, video, audio);
    };
    handlers.onEnd = [weak, number] {
      if (auto* self = weak.get()) self->onEnd(number);
    };
    handlers.onFailed = [weak, number](const Error& why) {
      if (auto* self = weak.get()) self->onFailed(number, why);
    };
    handlers.onVideoSize = [weak](int width, int height) {
      if (auto* self = weak.get()) self->handlers_.onVideoSize(width, height);
    };
    auto playback = Playback::make(url_, slots_, reaper_, std::move(handlers));
    if (!playback) return tl::unexpected(playback.error());
    return Turn{number, std::move(*playback)};
  }

  [[nodiscard]] Status play() {
    auto turn = make();
    if (!turn) return tl::unexpected(turn.error());
    current_ = std::move(*turn);
    startedAt_ = gst::now();
    current_.playback->begin(std::nullopt);
    tell(SourcePhase::connecting);
    return {};
  }

  void onMedia(int number, bool video, bool audio) {
    if (number != current_.number) return;
    const bool goesOn = status_.phase == SourcePhase::playing;  // another round, or its other medium
    if (!goesOn) startedAt_ = gst::now();
    status_.video = video || (goesOn && status_.video);
    status_.audio = audio || (goesOn && status_.audio);
    tell(SourcePhase::playing);
    if (!loop_ || url_.isStream() || next_.playback) return;
    const auto length = current_.playback->length();
    due_.once(length ? delay(startedAt_ + *length - kReadyBefore - gst::now()) : 0ms, [this] { prepare(); });
  }

  void prepare() {
    if (next_.playback || nextFailed_) return;
    auto turn = make();
    if (turn) {
      next_ = std::move(*turn);
    } else {
      nextFailed_ = turn.error();
    }
  }

  void onEnd(int number) {
    if (number != current_.number) return;
    if (url_.isStream()) return lose({ErrorCode::mediaFailed, "the stream ended"});
    const Nanos endsAt = current_.playback->endsAt();
    if (endsAt == Nanos{0}) return end(Error{ErrorCode::unsupported, "it has neither picture nor sound"});
    if (loop_) return playNext(std::max(endsAt, startedAt_ + kShortestRound));
    due_.once(delay(endsAt - gst::now()), [this] { end(); });
  }

  void playNext(Nanos at) {
    prepare();
    if (nextFailed_) return end(*nextFailed_);
    current_ = std::exchange(next_, {});
    startedAt_ = at;
    current_.playback->begin(at);
  }

  void onFailed(int number, const Error& why) {
    if (number == next_.number) {
      nextFailed_ = why;
      next_ = {};
    } else if (number == current_.number) {
      giveUp(why);
    }
  }

  void look() {
    if (!current_.playback) return;
    if (const auto why = current_.playback->stalled(gst::now())) giveUp(*why);
  }

  // A stream may come back; a file does not, nor does another password come by itself.
  void giveUp(const Error& why) {
    if (url_.isStream() && why.code != ErrorCode::forbidden) {
      lose(why);
    } else {
      end(why);
    }
  }

  void lose(const Error& why) {
    if (status_.phase == SourcePhase::playing && gst::now() - startedAt_ >= kSteady) backOff_ = kFirstBackOff;
    current_ = {};
    due_.once(delay(backOff_), [this] { again(); });
    backOff_ = std::min(2 * backOff_, kLastBackOff);
    tell(SourcePhase::waiting, why);
  }

  void again() {
    ++status_.reconnects;
    if (auto played = play(); !played) end(played.error());
  }

  void end(std::optional<Error> why = {}) {
    due_.stop();
    watch_.stop();
    current_ = {};
    next_ = {};
    tell(why ? SourcePhase::failed : SourcePhase::ended, why.value_or(Error{}));
  }

  // In a later turn of the loop: who hears of it may destroy us.
  void tell(SourcePhase phase, const Error& why = {ErrorCode::internal, {}}) {
    SourceStatus status = status_;
    status.phase = phase;
    status.why = why;
    if (told_ && same(status, *told_)) return;
    status_ = status;
    told_ = status;
    log::info("source", {{"peer", status.participant.value}, {"phase", nameOf(phase)}, {"why", why.text}});
    post([weak = weak_.get(), status] {
      auto* self = weak.get();
      if (!self) return;
      const auto handler = self->handlers_.onStatus;  // outlives us
      handler(status);
    });
  }

  // given
  const bool loop_;
  const SourceUrl url_;
  const Playback::Slots slots_;
  Reaper& reaper_;
  const Handlers handlers_;
  // owned
  SourceStatus status_;
  std::optional<SourceStatus> told_;
  int turns_ = 0;
  Turn current_, next_;
  std::optional<Error> nextFailed_;
  Nanos startedAt_{0};  // of what plays, or of the attempt to
  Nanos backOff_ = kFirstBackOff;
  Timer due_;  // to try again, to make ready, to end
  Timer watch_;
  WeakOwner<PlayedSource> weak_{this};
};

}  // namespace

Result<std::unique_ptr<MediaSource>> MediaSource::start(const SourceSettings& settings, int channels,
                                                        std::shared_ptr<mix::VideoSlot> video,
                                                        std::shared_ptr<mix::AudioSlot> audio, Reaper& reaper,
                                                        Handlers handlers) {
  auto url = parseSourceUrl(settings.url);
  if (!url) return tl::unexpected(url.error());
  auto source = std::make_unique<PlayedSource>(settings, std::move(*url),
                                               Playback::Slots{std::move(video), std::move(audio), channels},
                                               reaper, std::move(handlers));
  if (auto started = source->start(); !started) return tl::unexpected(started.error());
  return source;
}

}  // namespace tessera
