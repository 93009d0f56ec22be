// SPDX-License-Identifier: Apache-2.0
#include "config/keys.h"

#include "config/key_makers.h"
#include "config/layouts.h"
#include "config/names.h"
#include "room/layout.h"

namespace tessera::config {
namespace {

constexpr Range kPort{0, 65535};

// The member that a key sets.
#define AT(member)       \
  [](auto& s) -> auto& { \
    return s.member;     \
  }

std::vector<Key> listenKeys() {
  constexpr auto kSection = "listen";
  return {
      list(kSection, "addresses", R"(an array of "host:port" or "[v6]:port" with IP addresses)",
           isListenAddress, AT(listen.addresses)),
      text(kSection, "tls_certificate_file", "the path of a PEM file", isUtf8Line,
           AT(listen.tlsCertificateFile)),
      text(kSection, "tls_key_file", "the path of a PEM file", isUtf8Line, AT(listen.tlsKeyFile)),
      boolean(kSection, "tls_self_signed", AT(listen.tlsSelfSigned)),
      list(kSection, "allowed_origins", R"(an array of "https://host", "https://host:port" or "*")", isOrigin,
           AT(listen.allowedOrigins)),
      boolean(kSection, "trust_forwarded_for", AT(listen.trustForwardedFor)),
  };
}

std::vector<Key> mediaKeys() {
  constexpr auto kSection = "media";
  return {
      list(kSection, "gather", "an array of IP addresses or names of network interfaces", isGatherAddress,
           AT(media.gather)),
      list(kSection, "announced", "an array of IP addresses", isIpAddress, AT(media.announced)),
      integer(kSection, "min_udp_port", kPort, AT(media.minUdpPort)),
      integer(kSection, "max_udp_port", kPort, AT(media.maxUdpPort)),
      text(kSection, "stun_server", R"("stun:host:port")", isStunServer, AT(media.stunServer)),
      list(kSection, "turn_servers", R"(an array of "turn:host:port" or "turns:host:port?transport=tcp")",
           isTurnServer, AT(media.turnServers)),
      secret(kSection, "turn_secret", "a text of one line", isUtf8Line, AT(media.turnSecret)),
      secretFile(kSection, "turn_secret_file", "turn_secret"),
      seconds(kSection, "turn_ttl_seconds", {60, 604'800}, AT(media.turnTtl)),
  };
}

std::vector<Key> roomKeys() {
  constexpr auto kSection = "room";
  return {
      integer(kSection, "width", {160, 3840, 2}, AT(room.canvas.width)),
      integer(kSection, "height", {120, 3840, 2}, AT(room.canvas.height)),
      integer(kSection, "fps", {1, 60}, AT(room.canvas.fps)),
      integer(kSection, "video_kbps", {50, 50'000}, AT(room.videoKbps)),
      integer(kSection, "audio_kbps", {6, 510}, AT(room.audioKbps)),
      integer(kSection, "max_height", {0, 3840}, AT(room.maxHeight)),
      choices(kSection, "codecs", kCodecs, AT(room.codecs)),
      choice(kSection, "prefer", kPrefers, AT(room.prefer)),
      integer(kSection, "max_talkers", {1, 32}, AT(room.maxTalkers)),
      seconds(kSection, "empty_timeout_seconds", {0, 86'400}, AT(room.emptyTimeout)),
      seconds(kSection, "resume_timeout_seconds", {0, 3'600}, AT(room.resumeTimeout)),
  };
}

Key pictureFile(std::string_view section, std::string_view name, ImageFile image, auto at) {
  Key key = text(section, name,
                 image == ImageFile::png ? "the path of a PNG file" : "the path of a PNG or JPEG file",
                 isUtf8Line, at);
  key.image = image;
  return key;
}

// Whether a custom layout of that name is there is known when the whole file has been read.
Key layoutKey(std::string_view section, std::string_view name) {
  return {section,
          name,
          Kind::text,
          "one of " + namesOf(kLayouts) + " or the name of a [[layout]]",
          [](Settings& s, const RawValue& raw) {
            const auto* text = std::get_if<std::string>(&raw);
            const auto* row = text ? findNamed(kLayouts, *text) : nullptr;
            if (!row && !(text && isName(*text))) return false;
            s.room.look.layout = row ? row->value : LayoutKind::custom;
            s.room.look.customLayout = row ? "" : *text;
            return true;
          },
          [](const Settings& s) {
            const Look& look = s.room.look;
            return inQuotes(look.layout == LayoutKind::custom ? look.customLayout
                                                              : nameOf(kLayouts, look.layout));
          }};
}

std::vector<Key> pictureKeys() {
  constexpr auto kSection = "picture";
  return {
      layoutKey(kSection, "layout"),
      integer(kSection, "speaker_above", {1, 1'000}, AT(room.look.speakerAbove)),
      integer(kSection, "max_tiles", {1, kMaxTiles}, AT(room.look.maxTiles)),
      choice(kSection, "fit", kFits, AT(room.look.fit)),
      integer(kSection, "gap", {0, 200}, AT(room.look.gap)),
      integer(kSection, "corner_radius", {0, 200}, AT(room.look.cornerRadius)),
      integer(kSection, "glide_ms", {0, 5'000}, AT(room.look.glideMs)),
      colour(kSection, "background", AT(room.look.background)),
      pictureFile(kSection, "background_image", ImageFile::pngOrJpeg, AT(room.look.backgroundImage)),
      pictureFile(kSection, "logo", ImageFile::png, AT(room.look.logo)),
      choice(kSection, "logo_corner", kCorners, AT(room.look.logoCorner)),
      integer(kSection, "logo_percent", {1, 50}, AT(room.look.logoPercent)),
      boolean(kSection, "names", AT(room.look.names)),
      boolean(kSection, "high_contrast", AT(room.look.highContrast)),
  };
}

std::vector<Key> soundKeys() {
  constexpr auto kSection = "sound";
  return {
      boolean(kSection, "stereo", AT(room.sound.stereo)),
      boolean(kSection, "levelling", AT(room.sound.levelling)),
      boolean(kSection, "chimes", AT(room.sound.chimes)),
  };
}

std::vector<Key> screenKeys() {
  return {choice("screen", "second", kSecondScreens, AT(room.secondScreen))};
}

std::vector<Key> recordingKeys() {
  constexpr auto kSection = "recording";
  return {
      choice(kSection, "record", kRecords, AT(room.recording.record)),
      choice(kSection, "format", kRecordingFormats, AT(room.recording.formats.format)),
      choice(kSection, "video", kRecordedVideos, AT(room.recording.formats.video)),
      choice(kSection, "audio", kSoundCodecs, AT(room.recording.formats.sound)),
      boolean(kSection, "tracks", AT(room.recording.formats.tracks)),
      boolean(kSection, "mark", AT(room.look.recordingMark)),
  };
}

std::vector<Key> programKeys() {
  constexpr auto kSection = "program";
  return {
      integer(kSection, "height", {120, 2160, 2, true}, AT(room.program.height)),
      integer(kSection, "fps", {0, 60}, AT(room.program.fps)),
      integer(kSection, "video_kbps", {50, 50'000}, AT(room.program.videoKbps)),
      integer(kSection, "audio_kbps", {16, 320}, AT(room.program.audioKbps)),
  };
}

std::vector<Key> liveKeys() {
  return {
      secretList("live", "rtmp", R"(an array of "rtmp://host/app/key" or "rtmps://host/app/key")", isRtmpUrl,
                 AT(room.live.rtmp)),
      boolean("live", "hls", AT(room.live.hls)),
  };
}

std::vector<Key> recordingsKeys() {
  constexpr auto kSection = "recordings";
  constexpr Range kGb{0, 1'000'000};
  return {
      text(kSection, "directory", "the path of a directory", isUtf8Line, AT(recordings.directory)),
      neededText(kSection, "name", "a-z A-Z 0-9 - _ . with {id}, and {date}, {time}, {room} if wanted",
                 isRecordingName, AT(recordings.name)),
      integer(kSection, "quota_gb", kGb, AT(recordings.quotaGb)),
      integer(kSection, "min_free_gb", kGb, AT(recordings.minFreeGb)),
      integer(kSection, "retention_days", {0, 36'500}, AT(recordings.retentionDays)),
      secret(kSection, "webhook", R"("http://…" or "https://…")", isHttpUrl, AT(recordings.webhook)),
      text(kSection, "command", "the path of a program", isUtf8Line, AT(recordings.command)),
  };
}

std::vector<Key> placeKeys() {
  constexpr auto kPatterns = R"(an array of "scheme://host[:port]/path", in which * stands for any)";
  return {
      list("outputs", "allow", kPatterns, isUrlAllowance, AT(outputs.allow)),
      text("outputs", "hls_directory", "the path of a directory", isUtf8Line, AT(outputs.hlsDirectory)),
      list("sources", "allow", kPatterns, isUrlAllowance, AT(sources.allow)),
      text("sources", "files_directory", "the path of a directory", isUtf8Line, AT(sources.filesDirectory)),
  };
}

std::vector<Key> limitKeys() {
  constexpr auto kSection = "limits";
  return {
      integer(kSection, "rooms", {1, 10'000}, AT(limits.rooms)),
      integer(kSection, "participants_per_room", {1, 1'000}, AT(limits.participantsPerRoom)),
      integer(kSection, "connections_per_address", {1, 100'000}, AT(limits.connectionsPerAddress)),
      integer(kSection, "messages_per_second", {1, 10'000}, AT(limits.messagesPerSecond)),
  };
}

std::vector<Key> otherKeys() {
  return {
      secret("api", "token", "16 or more printable ASCII characters without a space", isToken, AT(api.token)),
      secretFile("api", "token_file", "token"),
      choice("log", "level", kLevels, AT(log.level)),
      choice("log", "format", kFormats, AT(log.format)),
      text("server", "state_dir", "the path of a directory", isUtf8Line, AT(server.stateDir)),
      text("server", "room_program", "the path of a program", isUtf8Line, AT(server.roomProgram)),
      text("server", "post_program", "the path of a program", isUtf8Line, AT(server.postProgram)),
      boolean("server", "warm_spare", AT(server.warmSpare)),
  };
}

#undef AT

}  // namespace

const std::vector<Key>& keys() {
  static const std::vector<Key> all = [] {
    std::vector<Key> every;
    for (auto part :
         {listenKeys(), mediaKeys(), roomKeys(), pictureKeys(), soundKeys(), screenKeys(), recordingKeys(),
          programKeys(), liveKeys(), recordingsKeys(), placeKeys(), limitKeys(), otherKeys()})
      for (Key& key : part) every.push_back(std::move(key));
    return every;
  }();
  return all;
}

const Key* findKey(std::string_view section, std::string_view name) {
  for (const Key& key : keys())
    if (key.section == section && key.name == name) return &key;
  return nullptr;
}

bool inTemplates(const Key& key) {
  constexpr std::array<std::string_view, 7> kSections{"room",      "picture", "sound", "screen",
                                                      "recording", "program", "live"};
  return std::find(kSections.begin(), kSections.end(), key.section) != kSections.end();
}

}  // namespace tessera::config
