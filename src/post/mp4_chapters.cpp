// SPDX-License-Identifier: Apache-2.0
#include "post/mp4_chapters.h"

#include <array>
#include <cstdint>
#include <fstream>
#include <functional>
#include <string_view>

namespace tessera::post {
namespace {

// A box of ISO/IEC 14496-12: where it begins, and what is in it.
struct Box {
  std::uint64_t at, begin, end;
  std::string type;
};

std::uint64_t number(std::string_view bytes) {
  std::uint64_t value = 0;
  for (const char byte : bytes) value = value << 8 | static_cast<unsigned char>(byte);
  return value;
}

class Boxes {
 public:
  explicit Boxes(const std::string& path) : file_(path, std::ios::binary | std::ios::in | std::ios::out) {
    file_.seekg(0, std::ios::end);
    size_ = file_ ? static_cast<std::uint64_t>(file_.tellg()) : 0;
  }

  void forEach(std::uint64_t begin, std::uint64_t end, const std::function<void(const Box&)>& each) {
    for (std::uint64_t at = begin; at + 8 <= end;) {
      const std::string head = read(at, 16);
      if (head.size() < 8) return;
      std::uint64_t size = number(std::string_view(head).substr(0, 4)), skip = 8;
      if (size == 1 && head.size() == 16) size = number(std::string_view(head).substr(8)), skip = 16;
      if (size < skip || at + size > end) return;
      each({at, at + skip, at + size, head.substr(4, 4)});
      at += size;
    }
  }
  void inside(const Box& box, std::string_view type, const std::function<void(const Box&)>& each) {
    forEach(box.begin, box.end, [&](const Box& child) {
      if (child.type == type) each(child);
    });
  }

  void free(const Box& box) {
    file_.seekp(static_cast<std::streamoff>(box.at) + 4);
    file_.write("free", 4);
  }
  std::string read(std::uint64_t at, std::size_t size) {
    std::string bytes(size, '\0');
    file_.clear();
    file_.seekg(static_cast<std::streamoff>(at));
    file_.read(bytes.data(), static_cast<std::streamsize>(size));
    bytes.resize(static_cast<std::size_t>(file_.gcount()));
    file_.clear();
    return bytes;
  }
  Box all() const { return {0, 0, size_, ""}; }
  bool close() {
    file_.close();
    return static_cast<bool>(file_);
  }

 private:
  std::fstream file_;
  std::uint64_t size_ = 0;
};

}  // namespace

Status dropChapterTrack(const std::string& path) {
  constexpr std::uint64_t kHandlerType = 8;  // behind version, flags and a zero in "hdlr"
  Boxes boxes(path);
  boxes.inside(boxes.all(), "moov", [&](const Box& movie) {
    boxes.inside(movie, "trak", [&](const Box& track) {
      bool text = false;
      boxes.inside(track, "mdia", [&](const Box& media) {
        boxes.inside(media, "hdlr", [&](const Box& handler) {
          text |= boxes.read(handler.begin + kHandlerType, 4) == "text";
        });
      });
      if (text) return boxes.free(track);
      boxes.inside(track, "tref", [&](const Box& reference) { boxes.free(reference); });
    });
  });
  if (!boxes.close()) return fail(ErrorCode::io, "changing {}", path);
  return {};
}

}  // namespace tessera::post
