// SPDX-License-Identifier: Apache-2.0
#include "server/server.h"

#include <glib.h>
#include <unistd.h>

#include <array>
#include <utility>

#include "base/log.h"
#include "server/directories.h"
#include "server/gather_addresses.h"
#include "wire/limits.h"

namespace tessera::server {
namespace {

constexpr std::int64_t kGigabyte = 1'000'000'000;
constexpr std::chrono::milliseconds kCutAfter{2'500};   // of a shutdown: children still there are killed
constexpr int kReconnectAfterMs = 1500;                 // what a restart takes, roughly
constexpr std::chrono::milliseconds kStopAfter{4'000};  // of a shutdown: it is over whatever is left

std::string ownDirectory() {
  std::array<char, 4096> path{};
  const ssize_t n = readlink("/proc/self/exe", path.data(), path.size() - 1);
  const std::string self(path.data(), n > 0 ? static_cast<std::size_t>(n) : 0);
  return self.substr(0, self.rfind('/'));
}

// Without a place for the key the server still serves; only a restart is then noticed by those inside.
Result<signaling::ResumeTokens> resumeTokens(const config::Settings& settings) {
  auto tokens = signaling::ResumeTokens::withKeyIn(stateDirectory(settings));
  if (tokens || !settings.server.stateDir.empty()) return tokens;
  log::warn("resume tokens will not survive a restart", {{"why", tokens.error().text}});
  return signaling::ResumeTokens(randomToken(64));
}

const char* nameOf(tessera::log::Level level) {
  constexpr std::array kNames{"debug", "info", "warn", "error"};
  return kNames[static_cast<std::size_t>(level)];
}
const char* nameOf(tessera::log::Format format) {
  constexpr std::array kNames{"text", "json", "journald"};
  return kNames[static_cast<std::size_t>(format)];
}

std::string programOf(const std::string& configured, const char* name) {
  return configured.empty() ? ownDirectory() + "/" + name : configured;
}

RecordingPolicy policyOf(const config::Settings& settings) {
  const config::Recordings& recordings = settings.recordings;
  RecordingPolicy policy;
  policy.directory = recordingsDirectory(settings);
  policy.name = recordings.name;
  policy.quotaBytes = recordings.quotaGb * kGigabyte;
  policy.minFreeBytes = recordings.minFreeGb * kGigabyte;
  policy.retention = std::chrono::hours(24) * recordings.retentionDays;
  return policy;
}

RecordingHooks::Settings hooksOf(const config::Settings& settings) {
  RecordingHooks::Settings hooks;
  hooks.webhook = settings.recordings.webhook;
  hooks.webhookSecret = settings.api.token;
  hooks.command = settings.recordings.command;
  return hooks;
}

static_assert(config::kMaxCustomLayouts <= wire::kMaxCustomLayouts);

RoomSettings prototypeOf(const config::Settings& settings, std::vector<std::string> gather) {
  RoomSettings prototype;
  prototype.maxParticipants = settings.limits.participantsPerRoom;
  prototype.gatherAddresses = std::move(gather);
  prototype.announcedAddresses = settings.media.announced;
  prototype.minUdpPort = settings.media.minUdpPort;
  prototype.maxUdpPort = settings.media.maxUdpPort;
  if (const std::string& stun = settings.media.stunServer; !stun.empty())
    prototype.stunServer = "stun://" + stun.substr(stun.rfind("stun:", 0) == 0 ? 5 : 0);
  return prototype;
}

}  // namespace

Server::Server(config::Settings settings) : settings_(std::move(settings)) {}
Server::~Server() = default;

Result<std::unique_ptr<Server>> Server::create(config::Settings settings) {
  std::unique_ptr<Server> server(new Server(std::move(settings)));
  if (const auto started = server->start(); !started) return tl::unexpected(started.error());
  return server;
}

Result<signaling::TlsCertificate> Server::certificate() const {
  const config::Listen& listen = settings_.listen;
  if (!listen.tlsCertificateFile.empty())
    return signaling::loadCertificate(listen.tlsCertificateFile, listen.tlsKeyFile);
  if (listen.tlsSelfSigned) return signaling::makeSelfSignedCertificate();
  return signaling::TlsCertificate{};
}

Status Server::start() {
  auto gather = gatherAddresses(settings_);
  if (!gather) return tl::unexpected(gather.error());
  auto tokens = resumeTokens(settings_);
  if (!tokens) return tl::unexpected(tokens.error());
  tokens_ = std::move(*tokens);
  auto tls = certificate();
  if (!tls) return tl::unexpected(tls.error());

  RoomProcess::Environment environment;
  environment.program = programOf(settings_.server.roomProgram, "tessera-room");
  environment.logLevel = nameOf(settings_.log.level);
  environment.logFormat = nameOf(settings_.log.format);
  pool_ = std::make_unique<RoomProcessPool>(environment, settings_.server.warmSpare);
  PostRunner::Environment post;
  post.program = programOf(settings_.server.postProgram, "tessera-post");
  post.logLevel = environment.logLevel;
  post.logFormat = environment.logFormat;
  recordingHooks_ = std::make_unique<RecordingHooks>(hooksOf(settings_));
  recordings_ = std::make_unique<RecordingStore>(
      policyOf(settings_), post, [this](const wire::RecordingInfo& info, const std::string& path) {
        recordingHooks_->onFinal(info, path);
      });
  const RoomContext context{settings_, *pool_, *tokens_, metrics_, *recordings_};
  registry_ = std::make_unique<ConferenceRegistry>(context, prototypeOf(settings_, std::move(*gather)));

  signaling::HttpServer::Options options;
  options.listen = settings_.listen;
  options.apiToken = settings_.api.token;
  options.linkKey = tokens_->derivedKey("links");
  options.connectionsPerAddress = settings_.limits.connectionsPerAddress;
  options.session.messagesPerSecond = settings_.limits.messagesPerSecond;
  http_ = std::make_unique<signaling::HttpServer>(std::move(options), *registry_, metrics_.connections);
  if (auto listening = http_->listen(std::move(*tls)); !listening) return listening;
  recordings_->open();
  return pool_->warmUp();
}

void Server::reloadCertificate() {
  auto renewed = certificate();
  if (!renewed) return log::error("certificate not reloaded", {{"why", renewed.error().text}});
  if (!*renewed) return log::warn("no certificate to reload: TLS is not configured");
  http_->setCertificate(*renewed);
  log::info("certificate reloaded");
}

void Server::shutDown(std::function<void()> done) {
  if (onStopped_) return;
  onStopped_ = std::move(done);
  log::info("shutting down");
  const wire::Bye bye{ErrorCode::shuttingDown, "the server is going down", true, kReconnectAfterMs};
  registry_->shutDown(bye);
  http_->sayGoodbye(bye);
  pool_->shutDown();
  recordings_->shutDown();
  const auto since = std::chrono::steady_clock::now();
  stopTimer_.every(std::chrono::milliseconds(20), [this, since] { checkStopped(since); });
}

void Server::checkStopped(std::chrono::steady_clock::time_point since) {
  const auto passed = std::chrono::steady_clock::now() - since;
  if (passed > kCutAfter) pool_->killAll();
  const bool over = http_->idle() && pool_->idle() && recordings_->idle();
  if (!over && passed < kStopAfter) return;
  stopTimer_.stop();
  onStopped_();
}

}  // namespace tessera::server
