#include "harness/judge/reports/comparison_cells.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <initializer_list>
#include <iterator>
#include <map>
#include <tuple>

#include "harness/base/counted.h"
#include "harness/judge/comparison_settings.h"

namespace harness {
namespace {

std::string interval_text(const ComparedRow& row, bool paired) {
  const auto& interval = row.judgement.interval;
  if (!interval) return paired ? "fewer than 6 rounds" : "fewer than 5 launches";
  return worsening_text(row.metric, interval->low) + " to " +
         worsening_text(row.metric, interval->high);
}

constexpr char kNoGate[] = ", which switches the gate off here";

std::string floor_text(const ComparedRow& row) {
  if (!row.floor) return {};
  const std::string floor = "floor " + worsening_text(row.metric, *row.floor).substr(1) +
                            (leaves_no_gate(row.metric, *row.floor) ? kNoGate : "");
  const bool is_same = row.judgement.verdict == Verdict::kSame;
  return row.floor_decided && is_same ? "no change, by the " + floor : floor;
}

std::string joined_notes(std::initializer_list<std::string> notes) {
  std::string text;
  for (const auto& note : notes) text += (text.empty() || note.empty() ? "" : "; ") + note;
  return text;
}

// Undecided, though even the near end of its interval is a worsening that matters.
bool is_likely_worse(const ComparedRow& row) {
  const auto& judged = row.judgement;
  return judged.verdict == Verdict::kUndecided && judged.interval && judged.delta > 0 &&
         judged.interval->low >= judged.delta;
}

std::vector<const ComparedRow*> ordered(const std::vector<ComparedRow>& rows) {
  std::map<std::string, int> of_case;  // the lowest rank of its rows
  std::vector<const ComparedRow*> shown;
  for (const auto& row : rows) {
    if (!is_shown(row)) continue;
    shown.push_back(&row);
    const auto found = of_case.emplace(row.name, rank_of(row)).first;
    found->second = std::min(found->second, rank_of(row));
  }
  std::stable_sort(shown.begin(), shown.end(), [&](const auto* one, const auto* other) {
    return std::make_tuple(of_case[one->name], one->name, rank_of(*one)) <
           std::make_tuple(of_case[other->name], other->name, rank_of(*other));
  });
  return shown;
}

constexpr double kHuge = 20;  // a logarithm: beyond, percent are written as a power of ten

constexpr char kVariesTooMuch[] = "varies too much here";
constexpr int kHopeless = 10;  // times as many rounds as were made

// Why it is not what it looks like.
std::string doubt_text(const Judgement& judged) {
  switch (judged.doubt) {
    case Doubt::kChance:
      return "chance may explain it among so many metrics (q_bh " + number_text(judged.q) + "); ";
    case Doubt::kTooFew:
      return "worse, but measured too seldom to tell that from chance among so many metrics "
             "(q_bh " +
             number_text(judged.q) + "); ";
    case Doubt::kFreshRounds:
      return "worse at first, not in fresh rounds; ";
    default:
      return "";
  }
}

std::string undecided_step(const ComparedRow& row, bool paired, Reader reader) {
  const auto& judged = row.judgement;
  const std::string unit = paired ? " rounds" : " launches a side";
  if (!judged.interval) {
    return (paired ? "measured in " + counted(judged.rounds, "round") + ", six"
                   : "measured in " + counted(judged.rounds, "launch", "launches") +
                         " of a side, five") +
           " are the fewest that decide";
  }
  if (judged.rounds_needed > kHopeless * judged.rounds) {
    return std::string(kVariesTooMuch) + ": not even " + std::to_string(kHopeless * judged.rounds) +
           unit + " would decide";
  }
  const auto needed = std::to_string(judged.rounds_needed);
  const std::string remedy = row.budget_ended ? time_advice(reader)
                             : paired         ? rounds_advice(reader, judged.rounds_needed)
                                              : "run --launches " + needed;
  return doubt_text(judged) + "about " + needed + unit + " would decide: " + remedy;
}

std::string step_of(const ComparedRow& row, bool paired, Reader reader) {
  const auto& judged = row.judgement;
  switch (judged.verdict) {
    case Verdict::kUndecided:
      return judged.doubt == Doubt::kUnconfirmed ? "" : undecided_step(row, paired, reader);
    case Verdict::kWorse:
      return judged.confirmed ? "confirmed by fresh rounds" : "";
    default:
      return "";
  }
}

}  // namespace

std::string number_text(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.6g", value);
  return text;
}

std::string estimate_text(const std::vector<double>& values) {
  return values.empty() ? "" : number_text(median(values));
}

std::string worsening_text(Metric metric, double worsening) {
  char text[32];
  if (facts_of(metric).is_share) {
    std::snprintf(text, sizeof text, "%+.3f", worsening);
  } else if (worsening > kHuge) {
    std::snprintf(text, sizeof text, "+1e%+.0f %%", worsening / std::log(10) + 2);
  } else {
    std::snprintf(text, sizeof text, "%+.1f %%", 100 * std::expm1(worsening));
  }
  return text;
}

std::string next_step(const ComparedRow& row, bool paired, Reader reader) {
  return joined_notes({step_of(row, paired, reader), row.note, floor_text(row)});
}

bool is_shown(const ComparedRow& row) {
  return row.judgement.verdict != Verdict::kSame || row.floor_decided ||
         (row.floor && leaves_no_gate(row.metric, *row.floor));
}

int rank_of(const ComparedRow& row) {
  constexpr Verdict kOrder[] = {Verdict::kWorse, Verdict::kBetter, Verdict::kIncomparable,
                                Verdict::kUndecided, Verdict::kSame};
  return static_cast<int>(std::find(std::begin(kOrder), std::end(kOrder), row.judgement.verdict) -
                          std::begin(kOrder));
}

ShownRow shown_row(const ComparedRow& row, const Compared& of) {
  const bool judged = row.judgement.verdict != Verdict::kIncomparable;
  return {std::string(name_of(row.judgement.verdict)),
          row.name,
          std::string(facts_of(row.metric).name),
          judged ? worsening_text(row.metric, row.judgement.effect) : "",
          judged ? interval_text(row, of.paired) : "",
          next_step(row, of.paired, of.reader)};
}

std::vector<ShownRow> shown_rows(const Compared& compared) {
  std::vector<ShownRow> shown;
  for (const auto* row : ordered(compared.rows)) shown.push_back(shown_row(*row, compared));
  return shown;
}

std::string left_out_of(const Compared& compared, std::size_t shown) {
  const auto count = compared.rows.size() - shown;
  if (count == 0) return "";
  const std::string place = !compared.paired ? "`compare --format json`"
                            : compared.reader == Reader::kAction
                                ? "compare.csv in the folder of the input out"
                                : "compare.csv";
  return counted(count, "row that is", "rows that are") + " the same " +
         (count == 1 ? "is" : "are") + " left out; " + place + " has all\n";
}

std::string hint_of(const std::vector<ShownRow>& rows, const std::string& before) {
  const bool any = std::any_of(rows.begin(), rows.end(), [](const auto& row) {
    return row.back().find(kVariesTooMuch) != std::string::npos;
  });
  return any ? before + "`bench-all noise` says what makes this machine vary\n" : "";
}

std::string headline_of(const Compared& compared) {
  std::string text;
  for (const auto verdict : {Verdict::kWorse, Verdict::kBetter, Verdict::kSame, Verdict::kUndecided,
                             Verdict::kIncomparable}) {
    const auto rows =
        std::count_if(compared.rows.begin(), compared.rows.end(),
                      [&](const auto& row) { return row.judgement.verdict == verdict; });
    if (rows == 0) continue;
    text += (text.empty() ? "" : ", ") + std::to_string(rows) + " " + std::string(name_of(verdict));
    const auto likely = std::count_if(compared.rows.begin(), compared.rows.end(), is_likely_worse);
    if (verdict == Verdict::kUndecided && likely > 0) {
      text += " (whole interval above delta: " + std::to_string(likely) + ")";
    }
  }
  return compared.b + " against " + compared.a + ": " +
         (text.empty() ? "nothing was compared" : text);
}

}  // namespace harness
