// SPDX-License-Identifier: Apache-2.0
#include "server/room_process.h"

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "base/log.h"

namespace tessera::server {
namespace {
template <class... Ts>
struct Overloaded : Ts... {
  using Ts::operator()...;
};
template <class... Ts>
Overloaded(Ts...) -> Overloaded<Ts...>;
}  // namespace

Result<std::unique_ptr<RoomProcess>> RoomProcess::spawn(const Environment& environment,
                                                        ProcessReaper& reaper) {
  std::array<int, 2> pair{};
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair.data()) != 0)
    return tessera::fail(ErrorCode::io, "socketpair: {}", std::strerror(errno));
  const auto launcher =
      ObjectRef<GSubprocessLauncher>::adopt(g_subprocess_launcher_new(G_SUBPROCESS_FLAGS_NONE));
  g_subprocess_launcher_take_fd(launcher.get(), pair[1], wire::kRoomSocketFd);
  g_subprocess_launcher_setenv(launcher.get(), "TESSERA_LOG_LEVEL", environment.logLevel.c_str(), TRUE);
  g_subprocess_launcher_setenv(launcher.get(), "TESSERA_LOG_FORMAT", environment.logFormat.c_str(), TRUE);
  const char* arguments[] = {environment.program.c_str(), nullptr};
  GError* error = nullptr;
  GSubprocess* process = g_subprocess_launcher_spawnv(launcher.get(), arguments, &error);
  if (!process) {
    ::close(pair[0]);
    return tl::unexpected(Error::fromGError(ErrorCode::io, "starting " + environment.program, error));
  }
  return std::unique_ptr<RoomProcess>(
      new RoomProcess(ObjectRef<GSubprocess>::adopt(process), pair[0], environment.health, reaper));
}

RoomProcess::RoomProcess(ObjectRef<GSubprocess> process, int fd, HealthWatch::Limits health,
                         ProcessReaper& reaper)
    : reaper_(reaper), healthLimits_(health), process_(std::move(process)) {
  if (const char* pid = g_subprocess_get_identifier(process_.get())) processId_ = std::atoi(pid);
  // By weak pointers, because the channel may outlive this object with the reaper.
  channel_ = std::make_unique<LineChannel>(
      fd, LineChannel::Handlers{
              [weak = weak_.get()](std::string_view line) {
                if (auto* self = weak.get()) self->onLine(line);
              },
              [weak = weak_.get()](std::string_view why) {
                if (auto* self = weak.get())
                  self->fail({ErrorCode::io, fmt::format("the room process is gone ({})", why)});
              }});
}

RoomProcess::~RoomProcess() {
  weak_.invalidate();
  const bool gently = closed_ && !failed_;
  if (process_)
    reaper_.retire(std::move(process_), std::move(channel_),
                   gently ? kCloseGrace : std::chrono::milliseconds(0));
}

void RoomProcess::watchSpare(std::function<void()> onReady, std::function<void(const Error&)> onLost) {
  onReady_ = std::move(onReady);
  onLost_ = std::move(onLost);
}

void RoomProcess::bind(const RoomSettings& settings, MediaRoomEvents& events) {
  onReady_ = nullptr;
  onLost_ = nullptr;
  events_ = &events;
  watch_.emplace(healthLimits_, HealthWatch::Clock::now());
  healthTimer_.every(healthLimits_.checkEvery, [this] { checkHealth(); });
  send(wire::BindRoom{settings});
}

void RoomProcess::close() {
  events_ = nullptr;
  closed_ = true;
  healthTimer_.stop();
  send(wire::CloseRoom{});
}

void RoomProcess::send(const wire::ToRoom& message) {
  if (channel_ && !failed_) channel_->sendControl(wire::encode(message, ++seq_));
}

void RoomProcess::onLine(std::string_view line) {
  if (failed_) return;
  const auto message = wire::decodeFromRoom(line);
  if (!message) return fail({ErrorCode::internal, "unintelligible: " + message.error().text});
  dispatch(*message);
}

void RoomProcess::dispatch(const wire::FromRoom& message) {
  if (std::holds_alternative<wire::SpareReady>(message)) {
    if (const auto onReady = std::exchange(onReady_, nullptr)) onReady();
    return;
  }
  if (!events_) return;
  std::visit(Overloaded{
                 [](const wire::SpareReady&) {},
                 [&](const wire::PeerOffer& m) { events_->onOffer(m.peer, m.sdp); },
                 [&](const wire::PeerCandidate& m) { events_->onCandidate(m.peer, m.candidate); },
                 [&](const wire::PeerStateChanged& m) { events_->onPeerState(m.peer, m.state, m.why); },
                 [&](const wire::PeerErrorReport& m) { events_->onPeerError(m.peer, m.error); },
                 [&](const wire::PictureChanged& m) { events_->onPicture(m.picture); },
                 [&](const wire::ConnectionQuality& m) { events_->onConnectionQuality(m.peer, m.poor); },
                 [&](const wire::ReceivingChanged& m) { events_->onReceiving(m.peer, m.receiving); },
                 [&](const wire::IngestChanged& m) { events_->onIngest(m.peer, m.ingest); },
                 [&](const wire::Speaking& m) { events_->onSpeaking(m.levels); },
                 [&](const wire::RecordingChanged& m) { events_->onRecording(m.status); },
                 [&](const wire::OutputChanged& m) { events_->onOutput(m.status); },
                 [&](const wire::SourceChanged& m) { events_->onSource(m.status); },
                 [&](const wire::Heartbeat& m) {
                   watch_->onHeartbeat(m.health, HealthWatch::Clock::now());
                   events_->onHealth(m.health);
                 },
                 [&](const wire::RoomFailed& m) { fail(m.why); },
             },
             message);
}

void RoomProcess::checkHealth() {
  if (const auto why = watch_->overdue(HealthWatch::Clock::now())) fail({ErrorCode::timeout, *why});
}

void RoomProcess::fail(const Error& why) {
  if (std::exchange(failed_, true)) return;
  healthTimer_.stop();
  g_subprocess_force_exit(process_.get());
  post([weak = weak_.get(), why] {
    auto* self = weak.get();
    if (!self || self->closed_) return;
    if (self->events_) return std::exchange(self->events_, nullptr)->onFailed(why);
    if (const auto onLost = std::exchange(self->onLost_, nullptr)) onLost(why);
  });
}

}  // namespace tessera::server
