// SPDX-License-Identifier: Apache-2.0
// tessera-impair: a bad network, for tests. See --help.
#include <poll.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "support/impair/relay.h"
#include "support/impair/script.h"

namespace {

using namespace tessera;
using namespace tessera::impair;
using std::chrono::milliseconds;
using Nanos = Relay::Nanos;

constexpr int kExitUsage = 2;
constexpr milliseconds kReportEvery{1000};
constexpr std::size_t kLongestLine = 4096;

const char* const kHelp =
    "tessera-impair --target ADDRESS:PORT [OPTION]… [STEP]…\n\n"
    "Forwards UDP datagrams between the clients of one port and a target (a TURN server, say), and treats\n"
    "them as a bad network does. For tests: it stands between a client that uses nothing but that TURN\n"
    "server, and the server.\n\n"
    "  --target ADDRESS:PORT  where the clients' datagrams go (IPv4)\n"
    "  --listen ADDRESS:PORT  where they come in (127.0.0.1:0; port 0: one that is free)\n"
    "  --seed N               of its chances; the same packets at the same times fare the same (1)\n"
    "  --help                 this\n\n"
    "A STEP is JSON: what is true from atMs after the start on, or at once. The same is read from the "
    "standard\n"
    "input, one a line; it ends when that ends. A direction that a step names is as it says, and perfect\n"
    "in what it leaves out; up is from a client to the target.\n"
    "  {\"atMs\":5000,\"down\":{\"kbps\":200,\"queueMs\":300},\"up\":{\"delayMs\":50,\"jitterMs\":20}}\n\n"
    "  lossPercent, burstPackets     share of the packets lost; mean length of a run of losses (1)\n"
    "  delayMs, jitterMs             one way, and how far it strays from that\n"
    "  jitterReorders                let packets overtake one another by their jitter (false)\n"
    "  reorderPercent, reorderMs     packets held back by so much (20), so that others overtake them\n"
    "  duplicatePercent              packets that come twice\n"
    "  kbps, queueMs, queueBytes     a limited rate, of IP packets, and how much waits for it (200 ms)\n"
    "  outage                        nothing gets through (false)\n\n"
    "It prints JSON, one object a line: where it listens, the settings when they change, and every second\n"
    "what each direction did (packets and bytes in and out, those dropped by cause, the longest wait for\n"
    "the limit).\n";

volatile std::sig_atomic_t stopped = 0;

struct Arguments {
  Address listen{{htonl(INADDR_LOOPBACK)}, 0}, target;
  std::uint64_t seed = 1;
  std::vector<Step> steps;
};

Result<Arguments> parseArguments(int argc, char** argv) {
  Arguments result;
  for (int i = 1; i < argc; ++i) {
    const std::string_view option = argv[i];
    if (!option.starts_with("--")) {
      auto step = parseStep(option);
      if (!step) return tl::unexpected(step.error());
      result.steps.push_back(std::move(*step));
      continue;
    }
    if (option != "--listen" && option != "--target" && option != "--seed")
      return fail(ErrorCode::config, "{} is not an option", option);
    if (++i == argc) return fail(ErrorCode::config, "{} needs a value", option);
    const std::string_view value = argv[i];
    if (option == "--seed") {
      const auto [rest, error] = std::from_chars(value.begin(), value.end(), result.seed);
      if (error != std::errc() || rest != value.end())
        return fail(ErrorCode::config, "--seed {}: expected a whole number", value);
      continue;
    }
    auto address = parseAddress(value);
    if (!address) return fail(ErrorCode::config, "{} {}", option, address.error().text);
    (option == "--listen" ? result.listen : result.target) = *address;
  }
  if (result.target.port == 0) return fail(ErrorCode::config, "--target is missing, or its port is 0");
  return result;
}

void say(const std::string& line) {
  std::puts(line.c_str());
  std::fflush(stdout);
}

class Program {
 public:
  Program(Relay relay, std::vector<Step> steps)
      : relay_(std::move(relay)), steps_(std::move(steps)), start_(Relay::now()), report_(start_) {}

  void run() {
    say(listeningLine(textOf(relay_.address()), relay_.address().port));
    while (!stopped && !inputEnded_) {
      const Nanos now = Relay::now();
      applySteps(now);
      reportIfDue(now);
      relay_.work();
      wait();
    }
    report(Relay::now());
  }

 private:
  std::int64_t msSinceStart(Nanos now) const {
    return std::chrono::duration_cast<milliseconds>(now - start_).count();
  }
  Nanos timeOf(const Step& step) const { return start_ + step.at.value_or(milliseconds(0)); }

  void applySteps(Nanos now) {
    for (std::size_t i = 0; i < steps_.size();) {
      if (timeOf(steps_[i]) > now) {
        ++i;
        continue;
      }
      apply(steps_[i], now);
      steps_.erase(steps_.begin() + static_cast<std::ptrdiff_t>(i));
    }
  }

  void apply(const Step& step, Nanos now) {
    if (step.up) relay_.up().set(*step.up, now);
    if (step.down) relay_.down().set(*step.down, now);
    say(settingsLine(msSinceStart(now), relay_.up().settings(), relay_.down().settings()));
  }

  void reportIfDue(Nanos now) {
    if (now < report_ + kReportEvery) return;
    report(now);
    report_ += kReportEvery;
  }

  void report(Nanos now) {
    say(secondLine(msSinceStart(now), relay_.up().takeCounts(), relay_.down().takeCounts()));
  }

  void wait() {
    Nanos next = report_ + kReportEvery;
    for (const Step& step : steps_) next = std::min(next, timeOf(step));
    const auto left = std::chrono::ceil<milliseconds>(next - Relay::now());
    std::array<pollfd, 2> fds{pollfd{relay_.epoll(), POLLIN, 0}, pollfd{STDIN_FILENO, POLLIN, 0}};
    const auto limit = static_cast<int>(std::max<std::int64_t>(left.count(), 0));
    if (poll(fds.data(), fds.size(), limit) > 0 && fds[1].revents != 0) readInput();
  }

  void readInput() {
    char buffer[1024];
    const ssize_t bytes = read(STDIN_FILENO, buffer, sizeof buffer);
    if (bytes <= 0) {
      inputEnded_ = true;
      return;
    }
    input_.append(buffer, static_cast<std::size_t>(bytes));
    for (std::size_t end = 0; (end = input_.find('\n')) != std::string::npos;) {
      takeLine(std::string_view(input_).substr(0, end));
      input_.erase(0, end + 1);
    }
    if (input_.size() <= kLongestLine) return;
    say(errorLine("a line of the standard input is too long"));
    input_.clear();
  }

  void takeLine(std::string_view line) {
    if (line.empty()) return;
    auto step = parseStep(line);
    if (!step) return say(errorLine(step.error().text));
    if (step->at)
      steps_.push_back(std::move(*step));
    else
      apply(*step, Relay::now());
  }

  Relay relay_;
  std::vector<Step> steps_;  // that are still to come
  const Nanos start_;
  Nanos report_;  // when the last was due
  std::string input_;
  bool inputEnded_ = false;
};

}  // namespace

int main(int argc, char** argv) {
  for (int i = 1; i < argc; ++i)
    if (argv[i] == std::string_view("--help")) return std::fputs(kHelp, stdout) < 0;
  auto arguments = parseArguments(argc, argv);
  if (!arguments) {
    fmt::print(stderr, "tessera-impair: {}\nTry --help.\n", arguments.error().text);
    return kExitUsage;
  }
  auto relay = Relay::open(arguments->listen, arguments->target, arguments->seed);
  if (!relay) {
    fmt::print(stderr, "tessera-impair: {}\n", relay.error().text);
    return EXIT_FAILURE;
  }
  for (const int signal : {SIGINT, SIGTERM}) std::signal(signal, [](int) { stopped = 1; });
  Program(std::move(*relay), std::move(arguments->steps)).run();
}
