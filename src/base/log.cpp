// SPDX-License-Identifier: Apache-2.0
#include "base/log.h"

#include <glib.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>

namespace tessera::log {
namespace {

constexpr std::size_t kMaxWaitingLines = 4096;
constexpr std::array<std::string_view, 4> kLevelNames{"debug", "info", "warn", "error"};
constexpr std::array kSyslogPriorities{7, 6, 4, 3};

std::atomic<Level> threshold{Level::info};
std::atomic<Format> format{Format::text};

std::string timestamp() {
  GDateTime* now = g_date_time_new_now_utc();
  char* text = g_date_time_format(now, "%Y-%m-%dT%H:%M:%S.%f");
  std::string result(text, 23);  // milliseconds
  g_free(text);
  g_date_time_unref(now);
  return result + "Z";
}

// Control characters would let a participant's name forge lines or drive a terminal.
void appendQuoted(std::string& out, std::string_view text) {
  out.push_back('"');
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\')
      out.append({'\\', c});
    else if (byte < 0x20 || byte == 0x7f)
      out += fmt::format("\\u{:04x}", byte);
    else
      out.push_back(c);
  }
  out.push_back('"');
}

bool isPlain(std::string_view text) {
  if (text.empty()) return false;
  for (const char c : text)
    if (!g_ascii_isalnum(c) && std::string_view("-_.:/+@,").find(c) == std::string_view::npos) return false;
  return true;
}

void appendText(std::string& line, std::string_view event, const Field* fields, std::size_t count) {
  for (const char c : event) line.push_back(static_cast<unsigned char>(c) < 0x20 ? ' ' : c);
  for (std::size_t i = 0; i < count; ++i) {
    line += fmt::format(" {}=", fields[i].key);
    if (isPlain(fields[i].value))
      line += fields[i].value;
    else
      appendQuoted(line, fields[i].value);
  }
}

std::string render(Level level, std::string_view event, Fields fields) {
  const auto index = static_cast<std::size_t>(level);
  std::string line;
  switch (format.load()) {
    case Format::text:
      line = fmt::format("{} {:<5} ", timestamp(), kLevelNames[index]);
      appendText(line, event, fields.begin(), fields.size());
      break;
    case Format::journald:  // systemd reads the "<N>" prefix from standard error (sd-daemon(3))
      line = fmt::format("<{}>", kSyslogPriorities[index]);
      appendText(line, event, fields.begin(), fields.size());
      break;
    case Format::json:
      line = fmt::format(R"({{"time":"{}","level":"{}","event":)", timestamp(), kLevelNames[index]);
      appendQuoted(line, event);
      for (const Field& field : fields) {
        line += fmt::format(",\"{}\":", field.key);
        appendQuoted(line, field.value);
      }
      line.push_back('}');
      break;
  }
  line.push_back('\n');
  return line;
}

// The thread that writes; made at the first line and never destroyed, since lines may come during exit.
class Writer {
 public:
  static Writer& instance() {
    static auto* writer = new Writer;
    return *writer;
  }

  void push(std::string line) {
    const std::lock_guard lock(mutex_);
    if (lines_.size() >= kMaxWaitingLines) {
      ++dropped_;
      return;
    }
    lines_.push_back(std::move(line));
    wake_.notify_one();
  }

  void flush() {
    std::unique_lock lock(mutex_);
    idle_.wait_for(lock, std::chrono::seconds(1), [this] { return lines_.empty() && !writing_; });
  }

 private:
  Writer() {
    std::thread([this] { run(); }).detach();
  }

  [[noreturn]] void run() {
    std::unique_lock lock(mutex_);
    while (true) {
      wake_.wait(lock, [this] { return !lines_.empty(); });
      std::string batch;
      for (const std::string& line : lines_) batch += line;
      lines_.clear();
      if (const auto dropped = std::exchange(dropped_, 0))
        batch += fmt::format("log lines dropped count={}\n", dropped);
      writing_ = true;
      lock.unlock();
      for (std::size_t done = 0; done < batch.size();) {
        const ssize_t n = ::write(STDERR_FILENO, batch.data() + done, batch.size() - done);
        if (n < 0 && errno != EINTR) break;
        if (n > 0) done += static_cast<std::size_t>(n);
      }
      lock.lock();
      writing_ = false;
      idle_.notify_all();
    }
  }

  std::mutex mutex_;
  std::condition_variable wake_;
  std::condition_variable idle_;
  std::deque<std::string> lines_;
  std::size_t dropped_ = 0;
  bool writing_ = false;
};

GLogWriterOutput onGLibMessage(GLogLevelFlags flags, const GLogField* fields, gsize count, gpointer) {
  std::string_view message;
  std::string_view domain = "-";
  for (gsize i = 0; i < count; ++i) {
    if (g_str_equal(fields[i].key, "MESSAGE")) message = static_cast<const char*>(fields[i].value);
    if (g_str_equal(fields[i].key, "GLIB_DOMAIN")) domain = static_cast<const char*>(fields[i].value);
  }
  const bool serious = flags & (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL);
  const Level level = serious ? Level::error : flags & G_LOG_LEVEL_WARNING ? Level::warn : Level::debug;
  write(level, message, {{"domain", domain}});
  if (flags & (G_LOG_LEVEL_ERROR | G_LOG_FLAG_FATAL)) flush();  // GLib aborts next
  return G_LOG_WRITER_HANDLED;
}

}  // namespace

void configure(Level level, Format newFormat) {
  threshold = level;
  format = newFormat;
}

bool enabled(Level level) {
  return level >= threshold.load();
}

void write(Level level, std::string_view event, Fields fields) {
  if (enabled(level)) Writer::instance().push(render(level, event, fields));
}

void flush() {
  Writer::instance().flush();
}

void captureGLib() {
  g_log_set_writer_func(onGLibMessage, nullptr, nullptr);
}

}  // namespace tessera::log
