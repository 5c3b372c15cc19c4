#include "harness/record/tables.h"

#include <gtest/gtest.h>

#include <set>
#include <sstream>

#include "harness/base/json.h"
#include "harness/base/lists.h"
#include "harness/measure/histogram.h"
#include "harness/record/columns.h"
#include "harness/record/environment.h"
#include "harness/record/events.h"
#include "harness/tests/support.h"

namespace harness::testing {
namespace {

class TablesTest : public ::testing::Test {
 protected:
  void append(const Json& event) { EventLog(folder.path()).append(event); }
  // Each is a repetition of its own, unless `row` says which.
  void append_row(Json row) {
    Json all = {{"run_id", "r"},
                {"case", "c"},
                {"launch", 1},
                {"repetition", ++repetition_},
                {"status", "ok"}};
    if (!row.is_null()) all.update(row);
    append({{"event", "sample"}, {"row", all}});
  }
  // The lines of a table, without the last line's end.
  std::vector<std::string> lines(const std::string& name) {
    write_tables(folder.path());
    std::string text = folder.read(name);
    EXPECT_EQ(text.back(), '\n');
    text.pop_back();
    return split(text, '\n');
  }
  Json run() {
    write_tables(folder.path());
    return Json::parse(folder.read("run.json"));
  }

  TemporaryFolder folder;

 private:
  int repetition_ = 0;
};

std::string header() {
  std::string all;
  for (const auto column : kColumns) all.append(all.empty() ? "" : ",").append(column);
  return all;
}

std::size_t index_of(std::string_view column) {
  return static_cast<std::size_t>(std::find(kColumns.begin(), kColumns.end(), column) -
                                  kColumns.begin());
}

TEST_F(TablesTest, ACellIsQuotedOnlyWhereItMustBe) {
  EXPECT_EQ(csv_cell("plain text; 1.5"), "plain text; 1.5");
  EXPECT_EQ(csv_cell("a,b"), "\"a,b\"");
  EXPECT_EQ(csv_cell("say \"no\""), "\"say \"\"no\"\"\"");
  EXPECT_EQ(csv_cell("two\nlines"), "\"two\nlines\"");
  EXPECT_EQ(csv_cell("carriage\rreturn"), "\"carriage\rreturn\"");
  EXPECT_EQ(csv_cell(""), "");
}

TEST_F(TablesTest, ARunWithoutASampleHasHeadersOnly) {
  append({{"event", "run"}, {"run_id", "r"}});
  EXPECT_EQ(lines("samples.csv"), std::vector<std::string>{header()});
  EXPECT_EQ(lines("hist.csv"),
            std::vector<std::string>{"run_id,case,launch,repetition,kind,bucket_lo_ns,bucket_hi_ns,"
                                     "count"});
}

TEST_F(TablesTest, EverySampleIsALineWithACellForEveryColumn) {
  append({{"event", "run"}});
  append_row({{"ops", 12}, {"ops_per_s", 1e6}});
  append_row({{"ops", 13}});
  const auto table = lines("samples.csv");
  ASSERT_EQ(table.size(), 3u);
  for (const auto& line : table) EXPECT_EQ(split(line, ',').size(), kColumns.size());
  EXPECT_EQ(split(table[1], ',')[index_of("ops")], "12");
  EXPECT_EQ(split(table[1], ',')[index_of("ops_per_s")], "1000000.0");
  EXPECT_EQ(split(table[2], ',')[index_of("ops_per_s")], "");
}

TEST_F(TablesTest, ANumberKeepsAllItsDigits) {
  append({{"event", "run"}});
  append_row({{"ops_per_s", 1.0 / 3}, {"seed", "18446744073709551615"}});
  const auto cells = split(lines("samples.csv")[1], ',');
  EXPECT_EQ(std::stod(cells[index_of("ops_per_s")]), 1.0 / 3);
  EXPECT_EQ(cells[index_of("seed")], "18446744073709551615");
}

TEST_F(TablesTest, WhatIsNoNumberIsAnEmptyCell) {
  append({{"event", "run"}});
  append_row({{"ops_per_s", std::numeric_limits<double>::quiet_NaN()}, {"error", nullptr}});
  const auto cells = split(lines("samples.csv")[1], ',');
  EXPECT_EQ(cells[index_of("ops_per_s")], "");
  EXPECT_EQ(cells[index_of("error")], "");
}

TEST_F(TablesTest, EveryBucketThatCountedIsALineWithItsBounds) {
  append({{"event", "run"}});
  Json row = {{"run_id", "r"}, {"case", "a,b"}, {"launch", 2}, {"repetition", 3}, {"status", "ok"}};
  const int bucket = Histogram::bucket(1000);
  append({{"event", "sample"}, {"row", row}, {"latency", {{5, 7}, {bucket, 8}}}});
  const auto table = lines("hist.csv");
  ASSERT_EQ(table.size(), 3u);
  EXPECT_EQ(table[1], "r,\"a,b\",2,3,service,5,6,7");
  EXPECT_EQ(table[2], "r,\"a,b\",2,3,service,1000,1008,8");
}

TEST_F(TablesTest, TheRunsFactsCountTheRowsOfEachCaseByStatus) {
  append({{"event", "run"}, {"run_id", "r"}, {"seed", 7}});
  append_row({});
  append_row({});
  append_row({{"status", "failed"}});
  append_row({{"case", "another"}, {"status", "skipped"}});
  append({{"event", "end"}, {"exit_code", 3}});
  const Json facts = run();
  EXPECT_EQ(facts["schema_version"], 1);
  EXPECT_EQ(facts["seed"], 7);
  EXPECT_EQ(facts["exit_code"], 3);
  EXPECT_EQ(facts["cases"], Json::parse(R"([{"case": "another", "rows": {"skipped": 1}},
                                            {"case": "c", "rows": {"failed": 1, "ok": 2}}])"));
}

TEST_F(TablesTest, TheRunsFactsSayHowFewLaunchesACaseThatWasMeasuredHas) {
  append({{"event", "run"}});
  append_row({{"launch", 1}});
  append_row({{"launch", 1}, {"repetition", 2}});
  append_row({{"launch", 2}});
  append_row({{"case", "full"}, {"launch", 1}});
  append_row({{"case", "full"}, {"launch", 2}});
  append_row({{"case", "full"}, {"launch", 3}});
  append_row({{"case", "another"}, {"status", "skipped"}});
  EXPECT_EQ(run()["launches_fewest"], 2);
}

TEST_F(TablesTest, TheFactsOfARunThatWasKilledHaveNoEnd) {
  append({{"event", "run"}, {"run_id", "r"}});
  append_row({});
  write_run(folder.path(), read_events(folder.path()));
  EXPECT_FALSE(Json::parse(folder.read("run.json")).contains("exit_code"));
  EXPECT_EQ(folder.entries(), 2u);  // the events and run.json alone
}

TEST_F(TablesTest, AFullDiskLeavesTheOldTable) {
  append({{"event", "run"}});
  folder.write("samples.csv", "old");
  folder.make_full("samples.csv." + std::to_string(::getpid()) + ".part");
  message_of<CannotWrite>([&] { write_tables(folder.path()); });
  EXPECT_EQ(folder.read("samples.csv"), "old");
}

// "| `ops` | count | operations done in the window |"
TEST(ColumnsTest, TheReadmeOfResultsExplainsEachColumnInOrder) {
  std::ifstream readme(source_dir() + "/results/README.md");
  ASSERT_TRUE(readme) << source_dir();
  std::vector<std::string> documented;
  bool in_samples = false;
  for (std::string line; std::getline(readme, line);) {
    if (line.rfind("## ", 0) == 0) in_samples = line.find("samples.csv") != std::string::npos;
    if (!in_samples || line.rfind("| `", 0) != 0) continue;
    documented.push_back(line.substr(3, line.find('`', 3) - 3));
    const auto cells = split(line, '|');
    ASSERT_EQ(cells.size(), 5u) << line;
    EXPECT_GT(cells[2].size(), 2u) << "no unit: " << line;
    EXPECT_GT(cells[3].size(), 10u) << "no meaning: " << line;
  }
  EXPECT_EQ(documented, std::vector<std::string>(kColumns.begin(), kColumns.end()));
}

}  // namespace
}  // namespace harness::testing
