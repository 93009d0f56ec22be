// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <fmt/core.h>

#include <initializer_list>
#include <string>
#include <string_view>

namespace tessera::log {

// One event a line, fields rather than prose:
//   log::info("peer connected", {{"room", room}, {"peer", id}, {"ms", elapsed}});
// error: we must act; warn: peer or network; info: lifecycle; debug: decisions. Never SDP, tokens or
// addresses above debug. Any thread; lines are queued to a writer thread, so that a slow disk or terminal
// blocks nobody; past 4096 waiting lines further ones are dropped and counted.

enum class Level { debug, info, warn, error };
enum class Format { text, json, journald };

struct Field {
  std::string_view key;
  std::string value;
  template <class T>
  Field(std::string_view k, const T& v) : key(k), value(fmt::format("{}", v)) {}
};
using Fields = std::initializer_list<Field>;

void configure(Level level, Format format);
// As a server tells the programs that it starts: TESSERA_LOG_LEVEL, TESSERA_LOG_FORMAT.
void configureFromEnvironment();
bool enabled(Level level);
void write(Level level, std::string_view event, Fields fields = {});
void flush();  // waits until everything written so far is out; for exit paths

inline void debug(std::string_view event, Fields fields = {}) {
  write(Level::debug, event, fields);
}
inline void info(std::string_view event, Fields fields = {}) {
  write(Level::info, event, fields);
}
inline void warn(std::string_view event, Fields fields = {}) {
  write(Level::warn, event, fields);
}
inline void error(std::string_view event, Fields fields = {}) {
  write(Level::error, event, fields);
}

// Routes g_log, g_warning… of the libraries into this log (as warn or error with field domain=). Once per
// process.
void captureGLib();

}  // namespace tessera::log
