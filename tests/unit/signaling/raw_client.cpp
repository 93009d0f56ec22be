// SPDX-License-Identifier: Apache-2.0
#include "raw_client.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/core.h>
#include <glib.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <utility>

namespace tessera::test {

bool runUntil(const std::function<bool()>& done, std::chrono::milliseconds limit) {
  bool expired = false;
  const guint timer = g_timeout_add(
      static_cast<guint>(limit.count()),
      [](gpointer flag) -> gboolean {
        *static_cast<bool*>(flag) = true;
        return G_SOURCE_CONTINUE;
      },
      &expired);
  // The condition may become true without an event of this loop (another socket's data).
  const guint tick = g_timeout_add(
      2, [](gpointer) -> gboolean { return G_SOURCE_CONTINUE; }, nullptr);
  bool reached = false;
  while (!(reached = done()) && !expired) g_main_context_iteration(nullptr, TRUE);
  g_source_remove(timer);
  g_source_remove(tick);
  return reached;
}

RawClient::RawClient(int port, int receiveBuffer) : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  if (receiveBuffer) setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &receiveBuffer, sizeof receiveBuffer);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  // The listening socket's queue takes it; nobody needs to accept for this to return.
  if (connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) std::abort();
  fcntl(fd_, F_SETFL, O_NONBLOCK);
}

RawClient::~RawClient() {
  close(fd_);
}

void RawClient::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n <= 0) return;
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
}

int RawClient::upgrade(const std::string& room, const std::string& headers) {
  write(
      fmt::format("GET /v1/rooms/{}/ws HTTP/1.1\r\nHost: server.test:8080\r\nUpgrade: websocket\r\n"
                  "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                  "Sec-WebSocket-Version: 13\r\n{}\r\n",
                  room, headers));
  std::size_t end = std::string::npos;
  runUntil([&] { return !read() || (end = received_.find("\r\n\r\n")) != std::string::npos; });
  const int status = received_.size() > 12 ? std::atoi(received_.c_str() + 9) : 0;
  if (status == 101) {
    received_.erase(0, end + 4);
    upgraded_ = true;
    parseFrames();
  }
  return status;
}

void RawClient::sendFrame(int opcode, std::string_view payload, bool fin) {
  std::string frame;
  frame.push_back(static_cast<char>((fin ? 0x80 : 0) | opcode));
  const std::size_t size = payload.size();
  if (size < 126) {
    frame.push_back(static_cast<char>(0x80 | size));
  } else if (size < 65536) {
    frame.push_back(static_cast<char>(0x80 | 126));
    frame.push_back(static_cast<char>(size >> 8));
    frame.push_back(static_cast<char>(size));
  } else {
    frame.push_back(static_cast<char>(0x80 | 127));
    for (int shift = 56; shift >= 0; shift -= 8) frame.push_back(static_cast<char>(size >> shift));
  }
  frame.append(4, '\0');  // the mask that changes nothing
  frame += payload;
  write(frame);
}

bool RawClient::read() {
  std::array<char, 65536> chunk;
  while (!closed_) {
    const ssize_t n = recv(fd_, chunk.data(), chunk.size(), 0);
    if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) break;
    if (n <= 0)
      closed_ = true;
    else
      received_.append(chunk.data(), static_cast<std::size_t>(n));
  }
  if (upgraded_) parseFrames();
  return !closed_;
}

void RawClient::parseFrames() {
  const auto byte = [this](std::size_t at) { return static_cast<unsigned char>(received_[at]); };
  while (received_.size() >= 2) {
    std::size_t header = 2;
    std::uint64_t size = byte(1) & 0x7f;
    const std::size_t extended = size == 126 ? 2 : size == 127 ? 8 : 0;
    if (received_.size() < header + extended) return;
    if (extended) size = 0;
    for (std::size_t i = 0; i < extended; ++i) size = size << 8 | byte(header++);
    if (received_.size() < header + size) return;
    const std::string payload = received_.substr(header, size);
    const int opcode = byte(0) & 0x0f;
    received_.erase(0, header + size);
    if (opcode == 1) texts_.push_back(payload);
    if (opcode == 8 && payload.size() >= 2)
      closeCode_ = static_cast<unsigned char>(payload[0]) << 8 | static_cast<unsigned char>(payload[1]);
    if (opcode == 9) {
      ++pings_;
      if (answerPings) sendFrame(10, payload);
    }
  }
}

std::vector<std::string> RawClient::takeTexts() {
  return std::exchange(texts_, {});
}

std::string RawClient::waitForText(std::string_view part) {
  std::string found;
  runUntil([&] {
    read();
    while (!texts_.empty() && found.empty()) {
      if (texts_.front().find(part) != std::string::npos) found = texts_.front();
      texts_.erase(texts_.begin());
    }
    return !found.empty() || closed_;
  });
  return found;
}

bool RawClient::waitForClose() {
  return runUntil([this] { return !read(); });
}

}  // namespace tessera::test
