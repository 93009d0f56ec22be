// SPDX-License-Identifier: Apache-2.0
#include "signaling/file_response.h"

#include <fcntl.h>
#include <fmt/chrono.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/main_loop.h"
#include "signaling/byte_range.h"
#include "signaling/http_reply.h"
#include "signaling/object_ref.h"

namespace tessera::signaling {
namespace {

constexpr const char* kRetryAfterSeconds = "10";

// An open file; shared by a transfer and a read that may outlast it.
struct OpenFile {
  int fd = -1;
  struct stat info {};
  ~OpenFile() {
    if (fd >= 0) close(fd);
  }

  void open(const std::string& path) {
    fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0 || (fstat(fd, &info) == 0 && S_ISREG(info.st_mode))) return;
    close(std::exchange(fd, -1));
  }
  // As much as is there; less than asked for only at the end of the file, or when it fails.
  std::string read(std::int64_t begin, std::size_t bytes) const {
    std::string piece(bytes, '\0');
    std::size_t got = 0;
    while (got < bytes) {
      const ssize_t n =
          pread(fd, piece.data() + got, bytes - got, static_cast<off_t>(begin) + static_cast<off_t>(got));
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0) break;
      got += static_cast<std::size_t>(n);
    }
    piece.resize(got);
    return piece;
  }
  // Another one in its place, or other content, has another tag.
  std::string tag() const {
    return fmt::format("\"{:x}-{:x}-{:x}.{:x}\"", info.st_ino, info.st_size, info.st_mtim.tv_sec,
                       info.st_mtim.tv_nsec);
  }
  std::string modified() const {  // RFC 9110, section 5.6.7
    return fmt::format("{:%a, %d %b %Y %H:%M:%S} GMT", fmt::gmtime(info.st_mtim.tv_sec));
  }
};

bool lists(std::string_view tags, const std::string& tag) {
  return tags == "*" || tags.find(tag) != std::string_view::npos;
}

}  // namespace

// From the request to the last byte, or to the end of the connection.
class FileServer::Transfer {
 public:
  Transfer(FileServer& server, SoupServerMessage* message, FileResponse response)
      : server_(server),
        message_(ObjectRef<SoupServerMessage>::retain(message)),
        response_(std::move(response)),
        wroteData_(message, "wrote-body-data", G_CALLBACK(+[](SoupServerMessage*, guint, gpointer self) {
                     auto* transfer = static_cast<Transfer*>(self);
                     transfer->server_.onProgress_(transfer->message_.get(), transfer->response_.mayRest);
                   }),
                   this),
        wrotePiece_(message, "wrote-chunk", G_CALLBACK(+[](SoupServerMessage*, gpointer self) {
                      static_cast<Transfer*>(self)->readNext();
                    }),
                    this),
        finished_(message, "finished", G_CALLBACK(+[](SoupServerMessage* over, gpointer self) {
                    static_cast<Transfer*>(self)->server_.transfers_.erase(over);
                  }),
                  this) {}

  void start() {
    soup_server_message_pause(message_.get());
    server_.readers_.run([file = file_, path = response_.path] { file->open(path); },
                         [weak = weak_.get()] {
                           if (auto* self = weak.get()) self->onOpened();
                         });
  }

 private:
  void onOpened() {
    if (file_->fd < 0)
      replyError(message_.get(), {ErrorCode::notFound, "there is no such file"});
    else if (unchanged())
      answer(SOUP_STATUS_NOT_MODIFIED);
    else
      answerRange();
    if (begin_ < end_)
      readNext();
    else
      soup_server_message_unpause(message_.get());
  }

  bool unchanged() const {
    const std::string_view tags = requestHeader(message_.get(), "If-None-Match");
    if (!tags.empty()) return lists(tags, file_->tag());
    return requestHeader(message_.get(), "If-Modified-Since") == file_->modified();
  }

  void answerRange() {
    const auto size = static_cast<std::int64_t>(file_->info.st_size);
    const std::string_view still = requestHeader(message_.get(), "If-Range");
    const bool ranged = still.empty() || still == file_->tag() || still == file_->modified();
    const ByteRange range = byteRangeOf(ranged ? requestHeader(message_.get(), "Range") : "", size);
    if (range.kind == ByteRange::Kind::outside) {
      replyError(message_.get(), {ErrorCode::badRequest, "the file ends before that range"},
                 SOUP_STATUS_REQUESTED_RANGE_NOT_SATISFIABLE);
      return setHeader(message_.get(), "Content-Range", fmt::format("bytes */{}", size));
    }
    const bool part = range.kind == ByteRange::Kind::part;
    answer(part ? SOUP_STATUS_PARTIAL_CONTENT : SOUP_STATUS_OK);
    if (part)
      setHeader(message_.get(), "Content-Range",
                fmt::format("bytes {}-{}/{}", range.begin, range.end - 1, size));
    SoupMessageHeaders* headers = soup_server_message_get_response_headers(message_.get());
    soup_message_headers_set_content_length(headers, range.end - range.begin);
    if (std::string_view(soup_server_message_get_method(message_.get())) == "HEAD") return;
    soup_message_body_set_accumulate(soup_server_message_get_response_body(message_.get()), FALSE);
    begin_ = range.begin;
    end_ = range.end;
  }

  void answer(int status) {
    SoupServerMessage* message = message_.get();
    soup_server_message_set_status(message, static_cast<guint>(status), nullptr);
    setCommonHeaders(message);
    setHeader(message, "Cache-Control", response_.cacheControl);
    setHeader(message, "ETag", file_->tag());
    setHeader(message, "Last-Modified", file_->modified());
    setHeader(message, "Accept-Ranges", "bytes");
    if (response_.anyOrigin) {
      setHeader(message, "Access-Control-Allow-Origin", "*");
      setHeader(message, "Access-Control-Expose-Headers", "Content-Length, Content-Range");
    }
    if (status == SOUP_STATUS_NOT_MODIFIED) return;
    setHeader(message, "Content-Type", response_.contentType);
    if (!response_.downloadAs.empty())
      setHeader(message, "Content-Disposition",
                fmt::format("attachment; filename=\"{}\"", response_.downloadAs));
  }

  void readNext() {
    if (begin_ >= end_) return;
    const auto bytes = static_cast<std::size_t>(std::min<std::int64_t>(kPieceBytes, end_ - begin_));
    auto piece = std::make_shared<std::string>();
    server_.readers_.run([file = file_, begin = begin_, bytes, piece] { *piece = file->read(begin, bytes); },
                         [weak = weak_.get(), piece, bytes] {
                           if (auto* self = weak.get()) self->onRead(std::move(*piece), bytes);
                         });
  }

  void onRead(std::string piece, std::size_t wanted) {
    if (piece.size() < wanted) {  // it has been cut off meanwhile: what was promised cannot be kept
      if (GSocket* socket = soup_server_message_get_socket(message_.get()))
        g_socket_shutdown(socket, TRUE, TRUE, nullptr);
      piece.resize(wanted);  // goes nowhere, but has to be tried for libsoup to notice
    }
    begin_ += static_cast<std::int64_t>(wanted);
    auto* kept = new std::string(std::move(piece));
    GBytes* bytes = g_bytes_new_with_free_func(
        kept->data(), kept->size(), [](gpointer data) { delete static_cast<std::string*>(data); }, kept);
    soup_message_body_append_bytes(soup_server_message_get_response_body(message_.get()), bytes);
    g_bytes_unref(bytes);
    soup_server_message_unpause(message_.get());  // `this` may be gone after it
  }

  FileServer& server_;
  ObjectRef<SoupServerMessage> message_;
  FileResponse response_;
  SignalConnection wroteData_, wrotePiece_, finished_;
  std::shared_ptr<OpenFile> file_ = std::make_shared<OpenFile>();
  std::int64_t begin_ = 0, end_ = 0;  // of what has not been read yet
  WeakOwner<Transfer> weak_{this};
};

FileServer::FileServer(std::size_t maxTransfers, OnProgress onProgress)
    : maxTransfers_(maxTransfers), onProgress_(std::move(onProgress)) {}
FileServer::~FileServer() = default;

void FileServer::serve(SoupServerMessage* message, FileResponse response) {
  if (transfers_.size() >= maxTransfers_) {
    setHeader(message, "Retry-After", kRetryAfterSeconds);
    return replyError(message, {ErrorCode::overloaded, "too many files are being sent; try again later"});
  }
  auto& transfer = transfers_[message];
  transfer = std::make_unique<Transfer>(*this, message, std::move(response));
  transfer->start();
}

const char* mediaTypeOf(std::string_view name) {
  struct Row {
    std::string_view ending;
    const char* type;
  };
  constexpr std::array kTypes{
      Row{".mp4", "video/mp4"},  Row{".webm", "video/webm"},
      Row{".ogg", "audio/ogg"},  Row{".m4a", "audio/mp4"},
      Row{".jpg", "image/jpeg"}, Row{".json", "application/json"},
      Row{".ts", "video/mp2t"},  Row{".m3u8", "application/vnd.apple.mpegurl"},
      Row{".m4s", "video/mp4"},
  };
  for (const Row& row : kTypes)
    if (name.ends_with(row.ending)) return row.type;
  return "application/octet-stream";
}

}  // namespace tessera::signaling
