// SPDX-License-Identifier: Apache-2.0
#include "room/director.h"

#include <algorithm>
#include <functional>
#include <span>
#include <tuple>

namespace tessera {
namespace {

using Ids = std::vector<ParticipantId>;

bool contains(const Ids& ids, const ParticipantId& id) {
  return std::ranges::find(ids, id) != ids.end();
}

void addOnce(Ids& ids, const ParticipantId& id) {
  if (!id.value.empty() && !contains(ids, id)) ids.push_back(id);
}

const ScenePerson* find(const std::vector<ScenePerson>& people, const ParticipantId& id) {
  const auto found = std::ranges::find(people, id, &ScenePerson::id);
  return found == people.end() ? nullptr : &*found;
}

}  // namespace

// Who could be on the picture at one moment.
struct Director::Cast {
  const std::vector<ScenePerson>& people;
  ParticipantId speaker;  // empty: nobody, or not here
  Ids pinned;             // those who are here

  // The speaker, then by last spoken, then those who are on the picture already, in the order of joining.
  Ids ranked(const Ids& seated) const {
    std::vector<const ScenePerson*> order;
    for (const ScenePerson& person : people) order.push_back(&person);
    const auto rank = [&](const ScenePerson* person) {
      return std::tuple(person->id != speaker, ~person->lastSpoke, !contains(seated, person->id));
    };
    std::ranges::stable_sort(order, std::less(), rank);
    Ids ids;
    for (const ScenePerson* person : order) ids.push_back(person->id);
    return ids;
  }

  // The one in the middle.
  double aspectOf(std::span<const ParticipantId> shown) const {
    std::vector<double> aspects;
    for (const ParticipantId& id : shown) {
      if (const ScenePerson* person = find(people, id)) aspects.push_back(person->aspect);
    }
    if (aspects.empty()) return ScenePerson().aspect;
    const auto middle = aspects.begin() + static_cast<std::ptrdiff_t>((aspects.size() - 1) / 2);
    std::ranges::nth_element(aspects, middle);
    return *middle;
  }
};

Director::Director(const CanvasSettings& canvas, const Look& look)
    : roomCanvas_(canvas), canvas_(canvas), look_(look), gap_(look.gap) {
  choice_.kind = look.layout;
  choice_.custom = look.customLayout;
}

void Director::setCanvas(const CanvasSettings& canvas) {
  canvas_ = canvas;
  const int width = std::max(roomCanvas_.width, 1);
  gap_ = (look_.gap * canvas.width + width / 2) / width;
}

void Director::choose(const LayoutChoice& choice) {
  choice_ = choice;
}

const LayoutChoice& Director::choice() const {
  return choice_;
}

Scene Director::stage(const std::vector<ScenePerson>& people, const ParticipantId& speaker) {
  followSharers(people);
  Cast cast{people, find(people, speaker) ? speaker : ParticipantId{}, {}};
  for (const ParticipantId& id : choice_.pinned) {
    if (find(people, id)) addOnce(cast.pinned, id);
  }
  Scene scene;
  scene.kind = kindFor(cast);
  if (people.empty()) return scene;
  switch (scene.kind) {
    case LayoutKind::automatic:  // never
    case LayoutKind::grid:
      stageGrid(cast, scene);
      break;
    case LayoutKind::speaker:
    case LayoutKind::presentation:
      stageLarge(cast, scene.kind == LayoutKind::presentation, scene);
      break;
    case LayoutKind::spotlight:
      stageFew(cast, std::max<std::size_t>(cast.pinned.size(), 1), scene);
      break;
    case LayoutKind::sideBySide:
      stageFew(cast, 2, scene);
      break;
    case LayoutKind::custom:
      stageRegions(cast, scene);
      break;
  }
  return scene;
}

LayoutKind Director::kindFor(const Cast& cast) const {
  const bool impossible = (choice_.kind == LayoutKind::presentation && sharers_.empty()) ||
                          (choice_.kind == LayoutKind::custom && !custom());
  if (choice_.kind != LayoutKind::automatic && !impossible) return choice_.kind;
  if (!sharers_.empty()) return LayoutKind::presentation;
  const bool many = static_cast<int>(cast.people.size()) > look_.speakerAbove;
  return many ? LayoutKind::speaker : LayoutKind::grid;
}

void Director::followSharers(const std::vector<ScenePerson>& people) {
  std::erase_if(sharers_, [&](const ParticipantId& id) {
    const ScenePerson* person = find(people, id);
    return !person || !person->sharing;
  });
  for (const ScenePerson& person : people) {
    if (person.sharing) addOnce(sharers_, person.id);
  }
}

// Gives `places` to people: `first` have the first ones, in their order; who stays of the others keeps the
// place they had, and newcomers take the places of those who go.
void Director::seat(const Cast& cast, const Ids& first, std::size_t places) {
  Ids chosen = first;
  for (const ParticipantId& id : cast.pinned) addOnce(chosen, id);
  for (const ParticipantId& id : cast.ranked(seats_)) addOnce(chosen, id);
  chosen.resize(std::min(chosen.size(), places));

  Ids newcomers;
  for (const ScenePerson& person : cast.people) {
    if (contains(chosen, person.id) && !contains(seats_, person.id)) newcomers.push_back(person.id);
  }
  auto next = newcomers.begin();
  for (ParticipantId& id : seats_) {
    if (!contains(chosen, id) && next != newcomers.end()) id = *next++;
  }
  std::erase_if(seats_, [&](const ParticipantId& id) { return !contains(chosen, id); });
  seats_.insert(seats_.end(), next, newcomers.end());
  for (std::size_t i = 0; i < std::min(first.size(), seats_.size()); ++i) {
    std::iter_swap(seats_.begin() + static_cast<std::ptrdiff_t>(i), std::ranges::find(seats_, first[i]));
  }
}

void Director::stageGrid(const Cast& cast, Scene& scene) {
  const std::size_t places = std::min(cast.people.size(), maxTiles());
  const bool counts = places < cast.people.size() && places > 1;
  seat(cast, cast.pinned, counts ? places - 1 : places);
  const TileStyle style{cast.aspectOf(seats_), look_.fit, gap_};
  placeSeated(cast, gridLayout(static_cast<int>(places), canvas_.width, canvas_.height, style), scene);
}

// Some people alone: who else is here is not counted.
void Director::stageFew(const Cast& cast, std::size_t places, Scene& scene) {
  places = std::min({places, cast.people.size(), maxTiles()});
  seat(cast, cast.pinned, places);
  const TileStyle style{cast.aspectOf(seats_), look_.fit, gap_};
  placeSeated(cast, gridLayout(static_cast<int>(places), canvas_.width, canvas_.height, style), scene);
}

// A screen or a person large, and others beside.
void Director::stageLarge(const Cast& cast, bool screen, Scene& scene) {
  const Ids first = screen ? besideScreen(cast) : largeFirst(cast);
  StageStyle style;
  style.large = {find(cast.people, first[0])->aspect, look_.fit, gap_};
  if (screen) {
    constexpr double kStripBesideScreen = 0.16;
    style.large = {find(cast.people, first[0])->screenAspect, TileFit::fit, gap_};
    style.strip = kStripBesideScreen;
    style.beside = true;
  }
  const std::size_t small = screen ? cast.people.size() : cast.people.size() - 1;
  style.others = {cast.aspectOf(cast.ranked({})), look_.fit, gap_};
  const Stage stage =
      stageLayout(static_cast<int>(std::min(small, maxTiles() - 1)), canvas_.width, canvas_.height, style);

  std::vector<LayoutRect> rects = stage.others;
  if (screen) {
    scene.tiles.push_back({SceneTile::Kind::screen, first[0], stage.large, TileFit::fit, 0});
  } else {
    rects.insert(rects.begin(), stage.large);
  }
  const bool counts = stage.others.size() < small && stage.others.size() > 1;
  seat(cast, first, counts ? rects.size() - 1 : rects.size());
  placeSeated(cast, rects, scene);
}

// The presenter, then the speaker and the pinned.
Ids Director::besideScreen(const Cast& cast) const {
  Ids first{sharers_.back()};
  addOnce(first, cast.speaker);
  for (const ParticipantId& id : cast.pinned) addOnce(first, id);
  return first;
}

// The pinned, or else the speaker; before anybody spoke whoever stood there.
Ids Director::largeFirst(const Cast& cast) const {
  if (!cast.pinned.empty()) return cast.pinned;
  if (!cast.speaker.empty()) return {cast.speaker};
  for (const ParticipantId& id : seats_) {
    if (find(cast.people, id)) return {id};
  }
  return {cast.people.front().id};
}

// People in their seats; what is left over counts those who have none.
void Director::placeSeated(const Cast& cast, const std::vector<LayoutRect>& rects, Scene& scene) const {
  for (std::size_t i = 0; i < std::min(rects.size(), seats_.size()); ++i) {
    scene.tiles.push_back({SceneTile::Kind::person, seats_[i], rects[i], look_.fit, 0});
  }
  if (rects.size() <= seats_.size()) return;
  const auto more = static_cast<int>(cast.people.size() - seats_.size());
  scene.tiles.push_back({SceneTile::Kind::more, {}, rects.back(), TileFit::fill, more});
}

// Nobody stands twice: the pinned and the presenters go first, then the speakers, then the recent.
void Director::stageRegions(const Cast& cast, Scene& scene) const {
  const std::vector<Region>& regions = custom()->regions;
  const Ids sharers(sharers_.rbegin(), sharers_.rend());  // the newest first
  std::vector<ParticipantId> shown(regions.size());       // by region; empty: nobody
  Ids taken;
  const auto fill = [&](Ids candidates, auto ruleFits) {
    std::erase_if(candidates, [&](const ParticipantId& id) { return contains(taken, id); });
    for (std::size_t i = 0; i < regions.size(); ++i) {
      const auto nth = static_cast<std::size_t>(regions[i].nth);
      if (!ruleFits(regions[i].who) || nth < 1 || nth > candidates.size()) continue;
      if (contains(taken, candidates[nth - 1])) continue;
      shown[i] = candidates[nth - 1];
      taken.push_back(shown[i]);
    }
  };
  const auto is = [](RegionRule rule) { return [rule](RegionRule other) { return rule == other; }; };
  fill(sharers, is(RegionRule::screen));
  taken.clear();  // a screen is not a person
  fill(cast.pinned, is(RegionRule::pinned));
  fill(sharers, is(RegionRule::presenter));
  fill(cast.ranked({}), is(RegionRule::speaker));
  fill(cast.ranked({}), is(RegionRule::recent));

  for (std::size_t i = 0; i < regions.size(); ++i) {
    if (shown[i].value.empty()) continue;
    const bool screen = regions[i].who == RegionRule::screen;
    scene.tiles.push_back({screen ? SceneTile::Kind::screen : SceneTile::Kind::person, shown[i],
                           regionRect(regions[i], canvas_.width, canvas_.height), regions[i].fit, 0});
  }
}

const CustomLayout* Director::custom() const {
  const auto found = std::ranges::find(look_.customLayouts, choice_.custom, &CustomLayout::name);
  return found == look_.customLayouts.end() ? nullptr : &*found;
}

std::size_t Director::maxTiles() const {
  return static_cast<std::size_t>(std::clamp(look_.maxTiles, 1, kMaxTiles));
}

}  // namespace tessera
