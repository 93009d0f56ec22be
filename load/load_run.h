// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>
#include <memory>
#include <vector>

#include "load/crew.h"
#include "load/progress.h"
#include "load/report.h"
#include "load/server_watch.h"

namespace tessera::load {

// Everybody joins, two seconds pass, the measurement, everybody leaves. Main thread.
class LoadRun {
 public:
  LoadRun(const Options& options, Crew& crew, Progress& progress, std::function<void()> onDone);

  void start();
  void interrupt();                                     // ends it with the report so far
  const LoadReport& report() const { return report_; }  // complete when done

 private:
  enum class Phase { joining, settling, measuring, leaving, done };
  void joinNext();
  std::size_t joinsDue() const;
  void onChanged();
  void checkDeadlines();
  void beginMeasuring();
  void finish(bool interrupted);
  void judge(MemberFigures& member) const;
  void leaveAll();
  void end();
  void showProgress();
  bool everybodyIs(bool (*predicate)(const Participant&)) const;

  const Options& options_;
  Crew& crew_;
  Progress& progress_;
  const std::function<void()> onDone_;
  ServerWatch server_;
  std::vector<std::unique_ptr<Participant>> members_;
  std::size_t joined_ = 0;  // that have begun to
  TimePoint firstJoin_{};
  Phase phase_ = Phase::joining;
  TimePoint windowStart_{};
  double ownCpuAtWindow_ = 0;
  LoadReport report_;
  Timer rampTimer_, phaseTimer_, watchTimer_, progressTimer_;
};

}  // namespace tessera::load
