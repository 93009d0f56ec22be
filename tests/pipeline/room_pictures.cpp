// SPDX-License-Identifier: Apache-2.0
// Makes the pictures of docs/pictures: for each layout, and while it is recorded, a frame of a real room's
// mix, as a receiver decodes it.
//   room_pictures <folder>
#include <cairo.h>
#include <gst/gst.h>
#include <pango/pangocairo.h>

#include <cmath>
#include <cstdio>
#include <filesystem>

#include "base/main_loop.h"
#include "pipelines/gst/element.h"
#include "room_fixture.h"

namespace tessera {
namespace {

using namespace std::chrono_literals;
using test::Guest;
using test::RoomUnderTest;
using test::runFor;
using test::runUntil;

constexpr int kWidth = 640, kHeight = 360;  // of a camera

struct Cast {
  const char* id;
  const char* name;
  double wall[3], shirt[3], skin[3], hair[3];
  bool longHair = false;
  bool camera = true;
  bool muted = false;
  bool hand = false;
  double tone = 0;  // Hz; 0: silent
};

const Cast kCast[] = {
    {"p1",
     "Ada Lovelace",
     {.80, .74, .66},
     {.27, .30, .52},
     {.93, .77, .66},
     {.25, .16, .11},
     true,
     true,
     false,
     false,
     300},
    {"p2", "نور الهدى", {.55, .66, .62}, {.72, .33, .26}, {.82, .62, .47}, {.13, .10, .09}, true},
    {"p3", "李小龙", {.38, .45, .55}, {.93, .92, .88}, {.89, .72, .57}, {.08, .07, .08}, false, true, true},
    {"p4",
     "Zoë Ångström 🌻",
     {.88, .83, .77},
     {.20, .47, .42},
     {.95, .82, .73},
     {.78, .58, .30},
     true,
     true,
     false,
     true},
    {"p5", "Kofi Mensah", {.62, .55, .64}, {.90, .68, .24}, {.45, .30, .22}, {.06, .05, .05}},
    {"p6", "Grace Hopper", {}, {}, {}, {}, false, false, true},
    {"p7", "יונתן כהן", {.46, .50, .44}, {.24, .24, .27}, {.88, .70, .58}, {.34, .30, .28}},
};

using Surface = std::unique_ptr<cairo_surface_t, decltype(&cairo_surface_destroy)>;
using Context = std::unique_ptr<cairo_t, decltype(&cairo_destroy)>;

void use(cairo_t* to, const double (&colour)[3], double times = 1) {
  cairo_set_source_rgb(to, colour[0] * times, colour[1] * times, colour[2] * times);
}

void ellipse(cairo_t* to, double x, double y, double radiusX, double radiusY) {
  cairo_save(to);
  cairo_translate(to, x, y);
  cairo_scale(to, radiusX, radiusY);
  cairo_new_sub_path(to);
  cairo_arc(to, 0, 0, 1, 0, 2 * M_PI);
  cairo_restore(to);
}

void drawRoom(cairo_t* to, const Cast& who) {
  cairo_pattern_t* wall = cairo_pattern_create_linear(0, 0, kWidth, kHeight);
  const auto stop = [&](double at, double times) {
    cairo_pattern_add_color_stop_rgb(wall, at, std::min(1.0, who.wall[0] * times),
                                     std::min(1.0, who.wall[1] * times), std::min(1.0, who.wall[2] * times));
  };
  stop(0, 1.1);
  stop(1, 0.72);
  cairo_set_source(to, wall);
  cairo_paint(to);
  cairo_pattern_destroy(wall);
  // A window on one side, a shelf on the other.
  const bool left = who.id[1] % 2 == 1;
  const double window = left ? 40 : kWidth - 190;
  cairo_set_source_rgba(to, 0.93, 0.96, 1.0, 0.85);
  cairo_rectangle(to, window, 30, 150, 190);
  cairo_fill(to);
  use(to, who.wall, 0.6);
  cairo_rectangle(to, window + 71, 30, 8, 190);
  cairo_rectangle(to, window, 118, 150, 8);
  cairo_fill(to);
  const double shelf = left ? kWidth - 210 : 30;
  use(to, who.wall, 0.5);
  cairo_rectangle(to, shelf, 150, 180, 9);
  cairo_fill(to);
  for (int book = 0; book < 8; ++book) {
    const double hue = 0.35 + 0.08 * ((book * 5 + who.id[1]) % 7);
    cairo_set_source_rgb(to, hue, 0.9 - hue, 0.55 - hue / 3);
    const double height = 44 + 9 * ((book * 3 + who.id[1]) % 4);
    cairo_rectangle(to, shelf + 8 + 20 * book, 150 - height, 16, height);
    cairo_fill(to);
  }
}

void drawPerson(cairo_t* to, const Cast& who) {
  const double x = kWidth / 2.0, face = 150;
  if (who.longHair) {
    use(to, who.hair);
    ellipse(to, x, face + 35, 82, 120);
    cairo_fill(to);
  }
  use(to, who.shirt);
  ellipse(to, x, kHeight + 50, 170, 150);
  cairo_fill(to);
  use(to, who.skin, 0.9);
  cairo_rectangle(to, x - 27, face + 40, 54, 70);
  cairo_fill(to);
  use(to, who.skin);
  ellipse(to, x, face, 62, 78);
  cairo_fill(to);
  use(to, who.hair);
  cairo_save(to);
  cairo_rectangle(to, x - 90, face - 110, 180, 75);
  cairo_clip(to);
  ellipse(to, x, face - 8, 70, 86);
  cairo_fill(to);
  cairo_restore(to);
  cairo_set_source_rgb(to, 0.15, 0.12, 0.12);
  ellipse(to, x - 24, face + 2, 6, 7);
  ellipse(to, x + 24, face + 2, 6, 7);
  cairo_fill(to);
  cairo_set_line_width(to, 4);
  cairo_set_line_cap(to, CAIRO_LINE_CAP_ROUND);
  cairo_set_source_rgb(to, 0.55, 0.25, 0.24);
  cairo_arc(to, x, face + 26, 22, 0.18 * M_PI, 0.82 * M_PI);
  cairo_stroke(to);
}

std::string save(cairo_surface_t* surface, const std::string& path) {
  if (cairo_surface_write_to_png(surface, path.c_str()) != CAIRO_STATUS_SUCCESS)
    g_error("cannot write %s", path.c_str());
  return path;
}

std::string drawCamera(const Cast& who, const std::filesystem::path& folder) {
  const Surface surface(cairo_image_surface_create(CAIRO_FORMAT_RGB24, kWidth, kHeight),
                        cairo_surface_destroy);
  const Context to(cairo_create(surface.get()), cairo_destroy);
  drawRoom(to.get(), who);
  drawPerson(to.get(), who);
  return save(surface.get(), folder / (std::string(who.id) + ".png"));
}

// A document: a title, lines of text, a small table.
std::string drawScreen(const std::filesystem::path& folder) {
  const Surface surface(cairo_image_surface_create(CAIRO_FORMAT_RGB24, 1280, 720), cairo_surface_destroy);
  const Context context(cairo_create(surface.get()), cairo_destroy);
  cairo_t* to = context.get();
  cairo_set_source_rgb(to, 0.97, 0.97, 0.96);
  cairo_paint(to);
  cairo_set_source_rgb(to, 0.16, 0.24, 0.38);
  cairo_rectangle(to, 0, 0, 1280, 70);
  cairo_fill(to);
  const auto write = [&](double x, double y, const char* font, const char* text) {
    PangoLayout* layout = pango_cairo_create_layout(to);
    PangoFontDescription* description = pango_font_description_from_string(font);
    pango_layout_set_font_description(layout, description);
    pango_layout_set_text(layout, text, -1);
    cairo_move_to(to, x, y);
    pango_cairo_show_layout(to, layout);
    pango_font_description_free(description);
    g_object_unref(layout);
  };
  cairo_set_source_rgb(to, 1, 1, 1);
  write(40, 16, "DejaVu Sans Bold 21", "Quarterly plan – what we agreed on");
  cairo_set_source_rgb(to, 0.13, 0.14, 0.16);
  const char* lines[] = {"1.  One picture and one sound for each room",
                         "2.  Weak clients stay weak: they send one stream and get one",
                         "3.  Text on a shared screen is readable at arm's length",
                         "4.  A slow receiver costs the others nothing"};
  for (int i = 0; i < 4; ++i) write(60, 110 + 52 * i, "DejaVu Sans 17", lines[i]);
  const char* cells[4][4] = {{"", "Q1", "Q2", "Q3"},
                             {"rooms", "120", "340", "910"},
                             {"people", "1 480", "4 020", "11 300"},
                             {"hours", "9 100", "27 400", "80 200"}};
  for (int row = 0; row < 4; ++row) {
    cairo_set_source_rgb(to, row % 2 ? 0.91 : 0.84, row % 2 ? 0.92 : 0.87, row % 2 ? 0.94 : 0.92);
    cairo_rectangle(to, 60, 350 + 56 * row, 1160, 54);
    cairo_fill(to);
    cairo_set_source_rgb(to, 0.13, 0.14, 0.16);
    for (int column = 0; column < 4; ++column)
      write(90 + 290 * column, 361 + 56 * row, row ? "DejaVu Sans 17" : "DejaVu Sans Bold 17",
            cells[row][column]);
  }
  cairo_set_source_rgb(to, 0.35, 0.36, 0.4);
  write(60, 620, "DejaVu Sans 12", "Small print: figures are made up; 0123456789 iIlL1 oO0 rn m , . ; :");
  return save(surface.get(), folder / "screen.png");
}

std::string stillOf(const std::string& file) {
  return fmt::format("filesrc location={} ! pngdec ! imagefreeze is-live=true ! videoconvert", file);
}

RoomUnderTest::Person personOf(const Cast& who, const std::filesystem::path& folder) {
  RoomUnderTest::Person person{who.id};
  person.name = who.name;
  person.cameraOff = !who.camera;
  person.muted = who.muted;
  person.options.width = kWidth;
  person.options.height = kHeight;
  person.options.kbps = 1500;
  person.options.tone = who.tone > 0 ? who.tone : 440;
  person.options.sendsAudio = who.tone > 0;
  person.options.sendsVideo = who.camera;
  if (who.camera) person.options.camera = stillOf(drawCamera(who, folder));
  return person;
}

// As a PNG file; without the lowest bits, which nobody sees and which no file can compress.
void write(std::vector<std::uint8_t> i420, const std::filesystem::path& path) {
  for (std::uint8_t& sample : i420) sample &= 0xFEU;
  const std::string description = fmt::format(
      "appsrc name=in caps=video/x-raw,format=I420,width=1280,height=720,framerate=1/1,colorimetry=bt601 "
      "format=time ! videoconvert dither=none ! video/x-raw,format=RGB ! pngenc compression-level=9 "
      "snapshot=true ! filesink location={}",
      path.string());
  GError* error = nullptr;
  GstElement* pipeline = gst_parse_launch(description.c_str(), &error);
  if (!pipeline) g_error("%s", error->message);
  GstElement* in = gst_bin_get_by_name(GST_BIN(pipeline), "in");
  gst_element_set_state(pipeline, GST_STATE_PLAYING);
  GstBuffer* buffer = gst_buffer_new_memdup(i420.data(), i420.size());
  GstFlowReturn flow = GST_FLOW_OK;
  g_signal_emit_by_name(in, "push-buffer", buffer, &flow);
  g_signal_emit_by_name(in, "end-of-stream", &flow);
  GstBus* bus = gst_element_get_bus(pipeline);
  GstMessage* message = gst_bus_timed_pop_filtered(
      bus, 20 * GST_SECOND, static_cast<GstMessageType>(GST_MESSAGE_EOS | GST_MESSAGE_ERROR));
  if (!message || GST_MESSAGE_TYPE(message) == GST_MESSAGE_ERROR) g_error("cannot write %s", path.c_str());
  gst_message_unref(message);
  gst_element_set_state(pipeline, GST_STATE_NULL);
  gst_object_unref(bus);
  gst_object_unref(in);
  gst_buffer_unref(buffer);
  gst_object_unref(pipeline);
  std::printf("%s\n", path.c_str());
}

RoomSettings roomSettings() {
  RoomSettings settings = RoomUnderTest::settingsFor({1280, 720, 15});
  settings.rungs.front() = {settings.canvas.height, settings.canvas.fps, 4000, 4000};
  settings.look.customLayouts = {{"stage",
                                  {{0, 0, 1, 1, RegionRule::speaker, 1, TileFit::fill},
                                   {0.70, 0.06, 0.27, 0.27, RegionRule::recent, 1, TileFit::smart},
                                   {0.70, 0.37, 0.27, 0.27, RegionRule::recent, 2, TileFit::smart},
                                   {0.70, 0.68, 0.27, 0.27, RegionRule::recent, 3, TileFit::smart}}}};
  return settings;
}

class Studio {
 public:
  explicit Studio(std::filesystem::path folder)
      : folder_(std::move(folder)), sources_(std::filesystem::temp_directory_path() / "tessera-pictures") {
    std::filesystem::create_directories(sources_);
    std::filesystem::create_directories(folder_);
    for (const Cast& who : kCast) {
      Guest& guest = room_.join(personOf(who, sources_));
      PeerUpdate update;
      update.participant = guest.settings.key.participant;
      update.handRaised = who.hand;
      room_.room->updatePeer(update);
    }
  }
  ~Studio() { std::filesystem::remove_all(sources_); }

  void shoot(const char* name, LayoutKind shown, const LayoutChoice& choice) {
    room_.room->setLayout(choice);
    if (!runUntil([&] { return room_.allConnected() && room_.picture.layout == shown; }, 30s))
      g_error("the room does not show %s", name);
    runFor(6s);  // glides end, and the encoder makes the picture as good as it gets
    write(room_.guests.front().screen->i420(), folder_ / fmt::format("{}.png", name));
  }

  void record() {
    RecordingSettings recording;
    recording.id = {"r1"};
    recording.directory = sources_;
    room_.room->startRecording(recording);
  }

  void stopRecording() { room_.room->controlRecording({"r1"}, RecordingAction::stop); }

  void share() {
    RoomUnderTest::Person screen{kCast[3].id};
    screen.options.width = 1280;
    screen.options.height = 720;
    screen.options.fps = 5;
    screen.options.kbps = 3000;
    screen.options.sendsAudio = false;
    screen.options.camera = stillOf(drawScreen(sources_));
    room_.share(screen);
  }

 private:
  const std::filesystem::path folder_, sources_;
  RoomUnderTest room_{roomSettings()};
};

void shootAll(const std::string& folder) {
  Studio studio(folder);
  const auto pinned = [](std::initializer_list<int> people) {
    std::vector<ParticipantId> ids;
    for (const int who : people) ids.push_back({kCast[who].id});
    return ids;
  };
  studio.shoot("layout-grid", LayoutKind::grid, {});
  studio.shoot("layout-speaker", LayoutKind::speaker, {LayoutKind::speaker, "", {}});
  studio.shoot("layout-spotlight", LayoutKind::spotlight, {LayoutKind::spotlight, "", pinned({1})});
  studio.shoot("layout-side-by-side", LayoutKind::sideBySide, {LayoutKind::sideBySide, "", pinned({0, 4})});
  studio.shoot("layout-custom", LayoutKind::custom, {LayoutKind::custom, "stage", {}});
  studio.record();
  studio.shoot("recording", LayoutKind::speaker, {LayoutKind::speaker, "", {}});
  studio.stopRecording();
  studio.share();
  studio.shoot("layout-presentation", LayoutKind::presentation, {});
}

}  // namespace
}  // namespace tessera

int main(int argc, char** argv) {
  tessera::bindMainThread();
  gst_init(nullptr, nullptr);
  if (argc != 2) return std::puts("usage: room_pictures <folder>"), 2;
  tessera::shootAll(argv[1]);
  return 0;
}
