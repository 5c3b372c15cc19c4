#include "harness/judge/reports/comparison_report.h"

#include <algorithm>
#include <array>
#include <boost/property_tree/ptree.hpp>
#include <boost/property_tree/xml_parser.hpp>
#include <map>
#include <sstream>

#include "harness/base/errors.h"
#include "harness/base/files.h"
#include "harness/base/json.h"
#include "harness/judge/gate.h"
#include "harness/judge/reports/annotations.h"
#include "harness/judge/reports/case_table.h"
#include "harness/judge/reports/comparison_cells.h"
#include "harness/judge/reports/comparison_markdown.h"
#include "harness/record/tables.h"

namespace harness {
namespace {

std::string csv_row(const ComparedRow& row, const Compared& of) {
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
                         std::string(of.paired ? "sign" : "mann-whitney"),
                         number_text(judged.p),
                         number_text(judged.q),
                         std::string(name_of(judged.verdict)),
                         std::string(judged.confirmed ? "1" : "0"),
                         csv_cell(next_step(row, of.paired, of.reader)),
                         row.floor ? number_text(*row.floor) : ""};
  std::string line;
  for (const auto& cell : cells) line += (line.empty() ? "" : ",") + cell;
  return line + "\n";
}

Json json_row(const ComparedRow& row, const Compared& of) {
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
               {"next_step", next_step(row, of.paired, of.reader)},
               {"floor", row.floor ? Json(*row.floor) : Json()},
               {"floor_decided", row.floor_decided}};
  if (judged.interval) json["interval"] = {judged.interval->low, judged.interval->high};
  return json;
}

Json json_of(const Compared& compared) {
  Json rows = Json::array();
  for (const auto& row : compared.rows) rows.push_back(json_row(row, compared));
  return {{"a", compared.a},
          {"b", compared.b},
          {"test", compared.paired ? "sign" : "mann-whitney"},
          {"warnings", compared.warnings},
          {"about", compared.about},
          {"rows", rows},
          {"exit_code", static_cast<int>(code_of(compared))}};
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
  const auto left_out = left_out_of(compared, rows.size());
  if (rows.empty()) return text + left_out;
  ShownRow head;
  std::copy(kShownColumns.begin(), kShownColumns.end(), head.begin());
  CaseTable table(without_case(head));
  for (const auto& row : rows) table.add(row[kCaseColumn], without_case(row));
  return text + kSignMeaning + "\n\n" + table.text() + hint_of(rows, "") + left_out;
}

// The element of a test case that was no success; empty of one that was.
std::string junit_outcome(const ComparedRow& row, const Compared& of) {
  const ExitCode code = code_of_row(row, of);
  if (code != kOk) return code == kWorse ? "failure" : "error";
  const bool says_little = row.judgement.verdict == Verdict::kUndecided || row.is_missing_guard;
  return says_little ? "skipped" : "";
}

// No reader of XML takes what is no character to it: control characters are question marks, and what is no UTF-8, U+FFFE
// and U+FFFF are U+FFFD.
std::string xml_text(const std::string& text) {
  auto valid = Json::parse(to_text(one_line(text))).get<std::string>();
  for (const char* none : {"\xef\xbf\xbe", "\xef\xbf\xbf"}) {
    for (std::size_t at = 0; (at = valid.find(none, at)) != std::string::npos;) {
      valid.replace(at, 3, "\xef\xbf\xbd");
    }
  }
  return valid;
}

// What makes it no success; an incomparable row has no number.
std::string junit_message(const ComparedRow& row, const Compared& of) {
  const auto [verdict, name, metric, change, interval, step] = shown_row(row, of);
  return xml_text(verdict + (change.empty() ? "" : " (worse by " + change + ")") +
                  (step.empty() ? "" : " " + step));
}

boost::property_tree::ptree junit_suite(const Compared& compared) {
  boost::property_tree::ptree suite;
  std::map<std::string, int> counts;
  for (const auto& row : compared.rows) {
    boost::property_tree::ptree test;
    test.put("<xmlattr>.classname", xml_text(row.name));
    test.put("<xmlattr>.name", std::string(facts_of(row.metric).name));
    const std::string outcome = junit_outcome(row, compared);
    ++counts[outcome];
    if (!outcome.empty()) {
      test.put(outcome + ".<xmlattr>.message", junit_message(row, compared));
    }
    suite.add_child("testcase", test);
  }
  if (const auto fault = fault_of_whole(compared); !fault.empty()) {
    boost::property_tree::ptree whole;
    whole.put("<xmlattr>.classname", std::string("bench-all"));
    whole.put("<xmlattr>.name", std::string(kWholeComparison));
    whole.put("error.<xmlattr>.message", xml_text(fault));
    suite.add_child("testcase", whole);
    ++counts["error"];
  }
  suite.put("<xmlattr>.name", xml_text(compared.b + " against " + compared.a));
  suite.put("<xmlattr>.tests", suite.count("testcase"));
  suite.put("<xmlattr>.failures", counts["failure"]);
  suite.put("<xmlattr>.errors", counts["error"]);
  suite.put("<xmlattr>.skipped", counts["skipped"]);
  std::string warnings;
  for (const auto& warning : compared.warnings) warnings += "warning: " + xml_text(warning) + "\n";
  if (!warnings.empty()) suite.put("system-out", warnings);
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

}  // namespace

std::string formatted(const std::vector<Compared>& all, Format format) {
  if (format == Format::kJunit) return junit_of(all);
  if (format == Format::kGithub) return annotations_of(all);
  if (format == Format::kMarkdown) return markdown_of(all);
  if (format == Format::kJson) {
    Json list = Json::array();
    for (const auto& compared : all) list.push_back(json_of(compared));
    return to_text(list, 1) + "\n";
  }
  std::string text;
  for (const auto& compared : all) text += (text.empty() ? "" : "\n") + table_of(compared);
  return text;
}

void write_comparison(const Compared& compared, const std::filesystem::path& folder) {
  std::string csv =
      "case,metric,unit,better,a_estimate,b_estimate,worsening,ci_lo,ci_hi,rounds,test,p,q_bh,"
      "verdict,confirmed,next_step,floor\n";
  for (const auto& row : compared.rows) csv += csv_row(row, compared);
  write_file(folder / "compare.csv", csv);
  write_file(folder / "compare.json", formatted({compared}, Format::kJson));
  write_file(folder / "compare.md", markdown_of(compared));
  if (!compared.late.empty()) write_file(folder / "hung.txt", hung_text(compared.late));
}

}  // namespace harness
