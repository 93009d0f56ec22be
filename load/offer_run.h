// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <memory>
#include <vector>

#include "base/line_channel.h"
#include "load/crew.h"
#include "load/offering_peer.h"
#include "load/progress.h"
#include "load/report.h"
#include "wire/client_messages.h"

namespace tessera::load {

// Others to a browser without a server: several connections, as in a mesh, or one that carries everybody's
// streams, as a forwarding server's does. They are offered over an inherited socket, with the messages
// `offer`, `answer` and `candidate` of signaling/PROTOCOL.md, a line each; `gen` counts the connections from
// 1. It ends when the other side closes the socket. Main thread.
class OfferRun {
 public:
  static constexpr int kSocketFd = 3;

  OfferRun(const Options& options, Crew& crew, Progress& progress, std::function<void()> onDone);

  void start();
  void interrupt() { finish(true); }
  const LoadReport& report() const { return report_; }  // of what came back; complete when done

 private:
  struct Connection {
    std::shared_ptr<Received> received;
    std::unique_ptr<OfferingPeer> peer;
    TimePoint since{};  // it stands
    std::string failure;
  };
  Status open(std::uint32_t gen);
  void onLine(std::string_view line);
  Connection* find(std::uint32_t gen);
  void fail(const std::string& why);
  void finish(bool interrupted);
  MemberFigures figuresOf(std::size_t index, TimePoint now);

  const Options& options_;
  Crew& crew_;
  Progress& progress_;
  const std::function<void()> onDone_;
  std::vector<Connection> connections_;
  bool done_ = false;
  LoadReport report_;
  std::unique_ptr<LineChannel> channel_;
};

}  // namespace tessera::load
