// SPDX-License-Identifier: Apache-2.0
#include "base/log.h"

#include <glib.h>
#include <poll.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>

#include "base/log_render.h"

namespace tessera::log {
namespace {

constexpr std::size_t kMaxWaitingLines = 4096;

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

std::string renderNow(Level level, std::string_view event, Fields fields) {
  return render(format, timestamp(), level, event, fields.begin(), fields.size());
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

  // Standard error may be a pipe that somebody made non-blocking.
  static void writeOut(std::string_view batch) {
    while (!batch.empty()) {
      const ssize_t n = ::write(STDERR_FILENO, batch.data(), batch.size());
      if (n > 0) {
        batch.remove_prefix(static_cast<std::size_t>(n));
      } else if (errno == EAGAIN) {
        pollfd writable{STDERR_FILENO, POLLOUT, 0};
        ::poll(&writable, 1, -1);
      } else if (errno != EINTR) {
        return;
      }
    }
  }

  [[noreturn]] void run() {
    std::unique_lock lock(mutex_);
    while (true) {
      wake_.wait(lock, [this] { return !lines_.empty(); });
      std::string batch;
      for (const std::string& line : lines_) batch += line;
      lines_.clear();
      if (const auto dropped = std::exchange(dropped_, 0))
        batch += renderNow(Level::warn, "log lines dropped", {{"count", dropped}});
      writing_ = true;
      lock.unlock();
      writeOut(batch);
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

std::string_view textOf(const GLogField& field) {
  const auto* text = static_cast<const char*>(field.value);
  return field.length < 0 ? std::string_view(text)
                          : std::string_view(text, static_cast<std::size_t>(field.length));
}

GLogWriterOutput onGLibMessage(GLogLevelFlags flags, const GLogField* fields, gsize count, gpointer) {
  std::string_view message;
  std::string_view domain = "-";
  for (gsize i = 0; i < count; ++i) {
    if (g_str_equal(fields[i].key, "MESSAGE")) message = textOf(fields[i]);
    if (g_str_equal(fields[i].key, "GLIB_DOMAIN")) domain = textOf(fields[i]);
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

void configureFromEnvironment() {
  const auto setting = [](const char* name) {
    const char* value = std::getenv(name);
    return std::string_view(value ? value : "");
  };
  const auto level = setting("TESSERA_LOG_LEVEL"), newFormat = setting("TESSERA_LOG_FORMAT");
  configure(level == "debug"   ? Level::debug
            : level == "warn"  ? Level::warn
            : level == "error" ? Level::error
                               : Level::info,
            newFormat == "json"       ? Format::json
            : newFormat == "journald" ? Format::journald
                                      : Format::text);
}

bool enabled(Level level) {
  return level >= threshold.load();
}

void write(Level level, std::string_view event, Fields fields) {
  if (enabled(level)) Writer::instance().push(renderNow(level, event, fields));
}

void flush() {
  Writer::instance().flush();
}

void captureGLib() {
  g_log_set_writer_func(onGLibMessage, nullptr, nullptr);
}

}  // namespace tessera::log
