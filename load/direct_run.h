// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>
#include <memory>

#include "load/crew.h"
#include "load/offering_peer.h"
#include "load/progress.h"
#include "load/report.h"

namespace tessera::load {

// One sender to one receiver without a server between them: how late frames are by that alone. Main thread.
class DirectRun {
 public:
  DirectRun(const Options& options, Crew& crew, Progress& progress, std::function<void()> onDone);

  void start();
  void interrupt() { finish(true); }
  const LoadReport& report() const { return report_; }  // complete when done

 private:
  void answer(const std::string& offer);
  void beginMeasuring();
  void fail(const std::string& why);
  void finish(bool interrupted);

  const Options& options_;
  Crew& crew_;
  Progress& progress_;
  const std::function<void()> onDone_;
  const std::shared_ptr<Received> received_, senderReceived_;
  const SendLogs logs_;
  std::unique_ptr<OfferingPeer> receiver_;
  std::unique_ptr<MediaPeer> sender_;
  TimePoint windowStart_{};
  bool done_ = false;
  LoadReport report_;
  Timer phaseTimer_;
};

}  // namespace tessera::load
