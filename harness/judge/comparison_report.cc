#include "harness/judge/comparison_report.h"

#include <algorithm>
#include <array>
#include <boost/property_tree/ptree.hpp>
#include <boost/property_tree/xml_parser.hpp>
#include <sstream>

#include "harness/base/errors.h"
#include "harness/base/files.h"
#include "harness/base/json.h"
#include "harness/judge/case_table.h"
#include "harness/judge/comparison_cells.h"
#include "harness/record/tables.h"

namespace harness {
namespace {

std::string csv_row(const ComparedRow& row, bool paired) {
  const auto facts = facts_of(row.metric);
  const auto& judged = row.judgement;
  const std::array cells{csv_cell(row.name),
                         std::string(facts.name),
                         std::string(facts.unit),
                         std::string(facts.higher_is_better ? "higher" : "lower"),
                         estimate_text(row.a),
                         estimate_text(row.b),
                         number_text(judged.effect),
                         judged.interval ? number_text(judged.interval->low) : "",
                         judged.interval ? number_text(judged.interval->high) : "",
                         std::to_string(judged.rounds),
                         std::string(paired ? "sign" : "mann-whitney"),
                         number_text(judged.p),
                         number_text(judged.q),
                         std::string(name_of(judged.verdict)),
                         std::string(judged.confirmed ? "1" : "0"),
                         csv_cell(next_step(row, paired)),
                         row.floor ? number_text(*row.floor) : ""};
  std::string line;
  for (const auto& cell : cells) line += (line.empty() ? "" : ",") + cell;
  return line + "\n";
}

Json json_row(const ComparedRow& row, bool paired) {
  const auto& judged = row.judgement;
  Json json = {{"case", row.name},
               {"metric", facts_of(row.metric).name},
               {"a", row.a},
               {"b", row.b},
               {"worsening", judged.effect},
               {"delta", judged.delta},
               {"rounds", judged.rounds},
               {"p", judged.p},
               {"q_bh", judged.q},
               {"verdict", name_of(judged.verdict)},
               {"confirmed", judged.confirmed},
               {"next_step", next_step(row, paired)},
               {"floor", row.floor ? Json(*row.floor) : Json()},
               {"floor_decided", row.floor_decided}};
  if (judged.interval) json["interval"] = {judged.interval->low, judged.interval->high};
  return json;
}

Json json_of(const Compared& compared) {
  Json rows = Json::array();
  for (const auto& row : compared.rows) rows.push_back(json_row(row, compared.paired));
  return {{"a", compared.a},
          {"b", compared.b},
          {"test", compared.paired ? "sign" : "mann-whitney"},
          {"warnings", compared.warnings},
          {"about", compared.about},
          {"rows", rows}};
}

// A cell of a table in Markdown: on one line, and its bars end no cell.
std::string markdown_cell(const std::string& text) {
  std::string cell;
  for (const char c : one_line(text)) cell += c == '|' ? "\\|" : std::string(1, c);
  return cell;
}

// What to do about a case that varies too much, once below the table.
std::string hint_of(const std::vector<ShownRow>& rows, const std::string& before) {
  return any_varies_too_much(rows)
             ? before + "`bench-all noise` says what makes this machine vary\n"
             : "";
}

std::string markdown_of(const Compared& compared) {
  std::string text = "## " + one_line(headline_of(compared)) + "\n\n";
  for (const auto& line : compared.about) text += one_line(line) + "\n\n";
  for (const auto& warning : compared.warnings) text += "> " + one_line(warning) + "\n\n";
  const auto rows = shown_rows(compared);
  if (rows.empty()) return text + "No case changed.\n";
  text += std::string(kSignMeaning) + ".\n\n";
  text += "| verdict | case | metric | worse by | 95 % interval | |\n";
  text += "| :-- | :-- | :-- | --: | --: | :-- |\n";
  std::string above;  // a case is named once
  for (auto row : rows) {
    row[kCaseColumn] = row[kCaseColumn] == above ? "" : above = row[kCaseColumn];
    text += "|";
    for (const auto& cell : row) text += " " + markdown_cell(cell) + " |";
    text += "\n";
  }
  return text + hint_of(rows, "\n");
}

std::vector<std::string> without_case(const ShownRow& row) {
  std::vector<std::string> cells(row.begin(), row.end());
  cells.erase(cells.begin() + kCaseColumn);
  return cells;
}

std::string table_of(const Compared& compared) {
  std::string text = one_line(headline_of(compared)) + "\n";
  for (const auto& line : compared.about) text += one_line(line) + "\n";
  for (const auto& warning : compared.warnings) text += "warning: " + one_line(warning) + "\n";
  const auto rows = shown_rows(compared);
  if (rows.empty()) return text;
  ShownRow head;
  std::copy(kShownColumns.begin(), kShownColumns.end(), head.begin());
  CaseTable table(without_case(head));
  for (const auto& row : rows) table.add(row[kCaseColumn], without_case(row));
  return text + kSignMeaning + "\n\n" + table.text() + hint_of(rows, "");
}

boost::property_tree::ptree junit_suite(const Compared& compared) {
  boost::property_tree::ptree suite;
  int failures = 0, skipped = 0;
  for (const auto& row : compared.rows) {
    boost::property_tree::ptree test;
    test.put("<xmlattr>.classname", one_line(row.name));
    test.put("<xmlattr>.name", std::string(facts_of(row.metric).name));
    const auto verdict = row.judgement.verdict;
    const std::string said = std::string(name_of(verdict)) + " (" + "worse by " +
                             worsening_text(row.metric, row.judgement.effect) + ") " +
                             next_step(row, compared.paired);
    if (verdict == Verdict::kWorse) {
      ++failures;
      test.put("failure.<xmlattr>.message", one_line(said));
    } else if (verdict == Verdict::kUndecided || verdict == Verdict::kIncomparable) {
      ++skipped;
      test.put("skipped.<xmlattr>.message", one_line(said));
    }
    suite.add_child("testcase", test);
  }
  suite.put("<xmlattr>.name", one_line(compared.b + " against " + compared.a));
  suite.put("<xmlattr>.tests", compared.rows.size());
  suite.put("<xmlattr>.failures", failures);
  suite.put("<xmlattr>.errors", 0);
  suite.put("<xmlattr>.skipped", skipped);
  return suite;
}

std::string junit_of(const std::vector<Compared>& all) {
  boost::property_tree::ptree tree;
  tree.add_child("testsuites", {});
  for (const auto& compared : all) tree.add_child("testsuites.testsuite", junit_suite(compared));
  std::ostringstream text;
  boost::property_tree::write_xml(text, tree);
  return text.str() + "\n";
}

// A workflow command's data: GitHub reads %, CR and LF by their codes.
std::string annotation(const std::string& kind, const std::string& title, const std::string& text) {
  std::string data;
  for (const char c : text) data += c == '%' ? "%25" : std::string(1, c);
  return "::" + kind + " title=" + title + "::" + data + "\n";
}

// Of each kind GitHub shows the first ten of a step (actions/runner, ExecutionContext.cs): what all are about
// comes before what one row says.
std::string github_of(const std::vector<Compared>& all) {
  std::string text;
  for (const auto& compared : all) {
    text += annotation("notice", "bench-all", one_line(headline_of(compared)));
  }
  for (const auto& compared : all) {
    for (const auto& warning : compared.warnings) {
      text += annotation("warning", "bench-all", one_line(warning));
    }
    for (const auto& [verdict, name, metric, change, interval, step] : shown_rows(compared)) {
      std::string said = name + " " + metric;
      said += change.empty() ? "" : " worse by " + change + " (" + interval + ")";
      said += step.empty() ? "" : ": " + step;
      text += annotation(verdict == "worse" ? "error" : "notice", verdict, one_line(said));
    }
  }
  return text;
}

}  // namespace

std::string formatted(const std::vector<Compared>& all, Format format) {
  if (format == Format::kJunit) return junit_of(all);
  if (format == Format::kGithub) return github_of(all);
  if (format == Format::kJson) {
    Json list = Json::array();
    for (const auto& compared : all) list.push_back(json_of(compared));
    return to_text(list, 1) + "\n";
  }
  std::string text;
  for (const auto& compared : all) {
    text += text.empty() ? "" : "\n";
    text += format == Format::kMarkdown ? markdown_of(compared) : table_of(compared);
  }
  return text;
}

void write_comparison(const Compared& compared, const std::filesystem::path& folder) {
  std::string csv =
      "case,metric,unit,better,a_estimate,b_estimate,worsening,ci_lo,ci_hi,rounds,test,p,q_bh,"
      "verdict,confirmed,next_step,floor\n";
  for (const auto& row : compared.rows) csv += csv_row(row, compared.paired);
  write_file(folder / "compare.csv", csv);
  write_file(folder / "compare.json", formatted({compared}, Format::kJson));
  write_file(folder / "compare.md", markdown_of(compared));
}

}  // namespace harness
