// SPDX-License-Identifier: Apache-2.0
#include "base/line_channel.h"

#include <fcntl.h>
#include <glib-unix.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace tessera {

LineChannel::LineChannel(int fd, Handlers handlers) : fd_(fd), handlers_(std::move(handlers)) {
  fcntl(fd_, F_SETFL, fcntl(fd_, F_GETFL) | O_NONBLOCK);
  readSource_ = g_unix_fd_add(
      fd_, static_cast<GIOCondition>(G_IO_IN | G_IO_HUP | G_IO_ERR),
      [](gint, GIOCondition, gpointer self) -> gboolean {
        static_cast<LineChannel*>(self)->onReadable();  // may destroy the channel, and this source with it
        return G_SOURCE_CONTINUE;
      },
      this);
}

LineChannel::~LineChannel() {
  if (readSource_) g_source_remove(readSource_);
  if (writeSource_) g_source_remove(writeSource_);
  if (fd_ >= 0) ::close(fd_);
}

void LineChannel::sendControl(std::string line) {
  if (!canSend_) return;
  line.push_back('\n');
  backlogBytes_ += line.size();
  pending_.push_back({{}, std::move(line)});
  if (backlogBytes_ > kMaxBacklogBytes) {
    canSend_ = false;
    post([weak = weak_.get()] {  // not inline: the caller need not expect its handler
      if (auto* self = weak.get()) self->close("backlog");
    });
  } else if (!writeSource_) {
    watchWritable();
  }
}

void LineChannel::sendState(std::string key, std::string line) {
  if (!canSend_) return;
  line.push_back('\n');
  const auto same = [&](const Pending& p) { return !p.key.empty() && p.key == key && p.sent == 0; };
  if (const auto it = std::find_if(pending_.begin(), pending_.end(), same); it != pending_.end()) {
    backlogBytes_ = backlogBytes_ - it->line.size() + line.size();
    it->line = std::move(line);
    return;
  }
  if (backlogBytes_ + line.size() > kMaxBacklogBytes) return;  // state may be lost, control may not
  backlogBytes_ += line.size();
  pending_.push_back({std::move(key), std::move(line)});
  if (!writeSource_) watchWritable();
}

void LineChannel::watchWritable() {
  writeSource_ = g_unix_fd_add(
      fd_, G_IO_OUT,
      [](gint, GIOCondition, gpointer data) -> gboolean {
        auto* self = static_cast<LineChannel*>(data);
        const auto weak = self->weak_.get();
        self->onWritable();
        self = weak.get();
        if (!self || !self->writeSource_) return G_SOURCE_CONTINUE;  // removed already
        if (!self->pending_.empty()) return G_SOURCE_CONTINUE;
        self->writeSource_ = 0;
        return G_SOURCE_REMOVE;
      },
      this);
}

void LineChannel::onWritable() {
  while (!pending_.empty() && writeSome()) {
  }
}

bool LineChannel::writeSome() {
  Pending& front = pending_.front();
  const ssize_t n = ::send(fd_, front.line.data() + front.sent, front.line.size() - front.sent, MSG_NOSIGNAL);
  if (n < 0) {
    if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR) return false;
    // The other side is gone, but its last lines may still wait to be read: the end of file comes after them.
    canSend_ = false;
    dropPending();
    return false;
  }
  front.sent += static_cast<std::size_t>(n);
  backlogBytes_ -= static_cast<std::size_t>(n);
  if (front.sent == front.line.size()) pending_.pop_front();
  return true;
}

void LineChannel::dropPending() {
  pending_.clear();
  backlogBytes_ = 0;
}

void LineChannel::onReadable() {
  std::array<char, 16384> chunk;
  const ssize_t n = ::recv(fd_, chunk.data(), chunk.size(), 0);
  if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)) return;
  if (n <= 0) return close(n == 0 ? "end of file" : std::strerror(errno));
  input_.append(chunk.data(), static_cast<std::size_t>(n));
  // The handler may destroy the channel: what it runs and reads must not be the channel's.
  const auto weak = weak_.get();
  const auto onLine = handlers_.onLine;
  std::string lines = std::exchange(input_, {});
  std::size_t begin = 0;
  for (std::size_t end; (end = lines.find('\n', begin)) != std::string::npos; begin = end + 1) {
    if (end - begin > kMaxLineBytes) return close("line too long");
    onLine(std::string_view(lines).substr(begin, end - begin));
    if (!weak.get() || fd_ < 0) return;
  }
  lines.erase(0, begin);
  input_ = std::move(lines);
  if (input_.size() > kMaxLineBytes) close("line too long");
}

void LineChannel::close(std::string_view why) {
  if (fd_ < 0) return;
  if (readSource_) g_source_remove(std::exchange(readSource_, 0));
  if (writeSource_) g_source_remove(std::exchange(writeSource_, 0));
  ::close(std::exchange(fd_, -1));
  canSend_ = false;
  dropPending();
  const auto onClosed = std::exchange(handlers_, {}).onClosed;
  if (onClosed) onClosed(why);
}

}  // namespace tessera
