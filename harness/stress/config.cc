#include "harness/stress/config.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>

#include "harness/base/errors.h"
#include "harness/base/json.h"
#include "harness/base/lists.h"

namespace harness::stress {
namespace {

constexpr std::array<std::string_view, 4> kCpus{"free", "one", "each", "moving"};
constexpr std::array<std::string_view, 3> kDelays{"none", "few", "many"};

[[noreturn]] void refuse(const std::string& part, const std::string& why) {
  throw BadUsage("--config: " + in_quotes(part) + " " + why +
                 "; copy it from the replay command that `stress` printed");
}

int number(const std::string& part, std::string_view text, int least, int most) {
  int value = 0;
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || rest != text.data() + text.size() || value < least || value > most) {
    refuse(part, "is not a whole number between " + std::to_string(least) + " and " +
                     std::to_string(most));
  }
  return value;
}

template <typename Words>
int word(const std::string& part, std::string_view text, const Words& words) {
  const auto found = std::find(words.begin(), words.end(), text);
  if (found == words.end()) refuse(part, "is unknown");
  return static_cast<int>(found - words.begin());
}

void set(Config& config, const std::string& part, const Limits& limits) {
  const auto colon = part.find(':');
  if (colon == std::string::npos) refuse(part, "is not NAME:VALUE");
  const std::string name = part.substr(0, colon), text = part.substr(colon + 1);
  const int most_kills = limits.kills && limits.across_processes ? config.actors - 1 : 0;
  if (name == "actors") {
    config.actors = number(part, text, limits.least_actors, limits.most_actors);
  } else if (name == "ops") {
    config.operations = number(part, text, 1, limits.most_operations);
  } else if (name == "cpus") {
    config.cpus = static_cast<Config::Cpus>(word(part, text, kCpus));
  } else if (name == "delays") {
    config.delays = static_cast<Config::Delays>(word(part, text, kDelays));
  } else if (name == "interrupt") {
    if (!text.ends_with("us")) refuse(part, "has no unit; write 50us");
    config.interrupt_us =
        number(part, std::string_view(text).substr(0, text.size() - 2), 1, 1'000'000);
  } else if (name == "nice") {
    config.nice = number(part, text, 0, 19);
  } else if (name == "stop") {
    config.stops = number(part, text, 0, limits.across_processes ? 100 : 0);
  } else if (name == "kill") {
    config.kills = number(part, text, 0, most_kills);
  } else {
    refuse(part, "is unknown");
  }
}

}  // namespace

std::string to_text(const Config& config) {
  std::string text =
      "actors:" + std::to_string(config.actors) + ",ops:" + std::to_string(config.operations);
  const auto add = [&](bool wanted, const std::string& part) {
    if (wanted) text += "," + part;
  };
  const auto cpus = static_cast<std::size_t>(config.cpus);
  const auto delays = static_cast<std::size_t>(config.delays);
  add(cpus != 0, "cpus:" + std::string(kCpus[cpus]));
  add(delays != 0, "delays:" + std::string(kDelays[delays]));
  add(config.interrupt_us > 0, "interrupt:" + std::to_string(config.interrupt_us) + "us");
  add(config.nice > 0, "nice:" + std::to_string(config.nice));
  add(config.stops > 0, "stop:" + std::to_string(config.stops));
  add(config.kills > 0, "kill:" + std::to_string(config.kills));
  return text;
}

Config parse_config(const std::string& text, const Limits& limits) {
  Config config;
  config.actors = limits.least_actors;
  for (const auto& part : split(text, ',')) set(config, part, limits);
  return config;
}

Config random_config(const Limits& limits, const Faults& faults, Random& random) {
  Config config;
  config.actors = random.between(limits.least_actors, limits.most_actors);
  const auto most = static_cast<std::uint64_t>(limits.most_operations);
  config.operations = 1 + static_cast<int>(random.magnitude(most));
  config.cpus = static_cast<Config::Cpus>(random.below(kCpus.size()));
  if (faults.delays) config.delays = static_cast<Config::Delays>(random.below(kDelays.size()));
  if (faults.interrupts && random.once_in(2)) {
    config.interrupt_us = 20 + static_cast<int>(random.magnitude(2000));
  }
  if (faults.delays && random.once_in(4)) config.nice = 10;
  if (!limits.across_processes) return config;
  if (faults.stops && random.once_in(4)) config.stops = random.between(1, 3);
  if (faults.kills && limits.kills && config.actors > 1 && random.once_in(2)) {
    config.kills = random.between(1, config.actors - 1);
  }
  return config;
}

Config simpler(Config config, const Limits& limits, int part) {
  switch (part) {
    case 0:
      config.stops = 0;
      break;
    case 1:
      config.kills = std::min(config.kills, 1);
      break;
    case 2:
      config.kills = 0;
      break;
    case 3:
      config.nice = 0;
      break;
    case 4:
      config.interrupt_us = 0;
      break;
    case 5:
      config.actors = std::max(limits.least_actors, config.actors - 1);
      config.kills = std::min(config.kills, config.actors - 1);
      break;
    case 6:
      config.operations = std::max(1, config.operations / 4);
      break;
    default:
      config.operations = std::max(1, config.operations / 2);
  }
  return config;
}

}  // namespace harness::stress
