// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>
#include <memory>
#include <vector>

#include "load/churn_report.h"
#include "load/crew.h"
#include "load/progress.h"
#include "load/server_watch.h"

namespace tessera::load {

// One member stays; round after round the others join, get a picture and leave. Main thread.
class ChurnRun {
 public:
  ChurnRun(const Options& options, Crew& crew, Progress& progress, std::function<void()> onDone);

  void start();
  void interrupt();
  const ChurnReport& report() const { return report_; }  // complete when done

 private:
  enum class Phase { opening, joining, staying, leaving, sampling, ending, done };
  void onChanged();
  void advance();
  void beginRound();
  void leaveRound();
  void endRound();
  bool wantsSample() const;
  void sampleWhenQuiet();
  void finish(bool interrupted);
  void end();
  void onDeadline();
  bool roundIsGone() const;

  const Options& options_;
  Crew& crew_;
  Progress& progress_;
  const std::function<void()> onDone_;
  ServerWatch server_;
  std::unique_ptr<Participant> resident_;
  std::vector<std::unique_ptr<Participant>> members_;
  Phase phase_ = Phase::opening;
  bool advancePosted_ = false;
  int quietFor_ = 0;  // looks at the server without a change
  int looks_ = 0;
  int lastThreads_ = -1;  // of all the server's processes
  ChurnReport report_;
  Timer phaseTimer_;
  WeakOwner<ChurnRun> weak_{this};
};

}  // namespace tessera::load
