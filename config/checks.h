// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string_view>

// Whether a text is what a key expects.

namespace tessera::config {

bool isIpAddress(std::string_view text);      // "192.0.2.1", "2001:db8::1"
bool isListenAddress(std::string_view text);  // "192.0.2.1:8080", "[::1]:0", "localhost:80"
bool isGatherAddress(std::string_view text);  // an IP address or the name of a network interface
bool isOrigin(std::string_view text);         // "https://host", "https://host:8443", or "*"
bool isStunServer(std::string_view text);     // "stun:host:port"
bool isTurnServer(std::string_view text);     // "turn:host:port", "turns:…", optionally "?transport=udp"
bool isToken(std::string_view text);          // at least 16 characters that fit an HTTP header
bool isName(std::string_view text);           // of a layout or template: 1 to 32 of a-z 0-9 - _
bool isRoomPattern(std::string_view text);    // a room's name with "*" and "?"
bool isRtmpUrl(std::string_view text);        // "rtmp://host/app/key", or rtmps
bool isSourceUrl(std::string_view text);  // "rtsp://…", "rtsps://…", "rtmp://…", "rtmps://…", "file:…"
bool isHttpUrl(std::string_view text);        // "http://…" or "https://…"
bool isUrlAllowance(std::string_view text);   // a pattern of url_rules.h
bool isRecordingName(std::string_view text);  // with {id}, and perhaps {date}, {time}, {room}
bool isUtf8Line(std::string_view text);       // any text of one line

}  // namespace tessera::config
