// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace tessera::test {

// Turns GLib's main loop until `done`, at most for `limit`. False when the limit came first.
bool runUntil(const std::function<bool()>& done, std::chrono::milliseconds limit = std::chrono::seconds(10));

// A client that may do everything wrong: a plain socket, frames made by hand. It shares the thread with the
// server under test, so it only waits by turning the main loop.
class RawClient {
 public:
  explicit RawClient(int port, int receiveBuffer = 0);
  ~RawClient();
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  void write(std::string_view bytes);  // as much as the socket takes; the rest is dropped
  // Asks for the upgrade of /v1/rooms/<room>/ws; the status of the response. `headers`: more lines.
  int upgrade(const std::string& room, const std::string& headers = "Sec-WebSocket-Protocol: tessera.v1\r\n");

  void sendFrame(int opcode, std::string_view payload, bool fin = true);
  void sendText(std::string_view text) { sendFrame(1, text); }

  // Reads what there is. False once the server has closed.
  bool read();
  const std::string& received() const { return received_; }
  bool closed() const { return closed_; }
  // Whole text messages since the last call, and the code of a close frame (0: none yet).
  std::vector<std::string> takeTexts();
  int closeCode() const { return closeCode_; }
  int pings() const { return pings_; }
  bool answerPings = true;
  // Waits for a text message that contains `part`; empty when none comes.
  std::string waitForText(std::string_view part);
  bool waitForClose();

 private:
  void parseFrames();
  int fd_;
  bool closed_ = false;
  bool upgraded_ = false;
  std::string received_;
  std::vector<std::string> texts_;
  int closeCode_ = 0;
  int pings_ = 0;
};

}  // namespace tessera::test
