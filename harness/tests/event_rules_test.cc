#include "harness/record/event_rules.h"

#include <gtest/gtest.h>

#include "harness/base/json.h"
#include "harness/record/columns.h"

namespace harness::testing {
namespace {

const Json kRun = {{"event", "run"}, {"run_id", "r"}};
const Json kEnd = {{"event", "end"}, {"exit_code", 0}};

Json sample() {
  return {{"event", "sample"},
          {"row",
           {{"run_id", "r"},
            {"case", "counting"},
            {"status", "ok"},
            {"launch", 1},
            {"repetition", 1},
            {"ops", 12}}},
          {"latency", {{5, 7}, {9, 1}}}};
}

// A sample with another value in its row.
Json sample_with(const std::string& column, const Json& value) {
  Json event = sample();
  event["row"][column] = value;
  return event;
}

// What is wrong with the last of these events; "" if nothing is. Those before it must be right.
std::string fault_of_last(const std::vector<Json>& events) {
  EventRules rules;
  std::string fault;
  int line = 0;
  for (const Json& event : events) {
    EXPECT_EQ(fault, "") << line;
    fault = rules.fault(event, ++line).value_or("");
  }
  return fault;
}

TEST(EventRulesTest, ARunWithItsSamplesAndItsEndIsRight) {
  EXPECT_EQ(fault_of_last({kRun, sample(), sample_with("launch", 2), sample_with("repetition", 2),
                           sample_with("case", "other"), kEnd}),
            "");
}

TEST(EventRulesTest, ARunHasOneBeginningAndNothingAfterItsEnd) {
  const std::string no_run = "does not begin with a run; name a folder that `run` wrote";
  EXPECT_EQ(fault_of_last({sample()}), no_run);
  EXPECT_EQ(fault_of_last({kEnd}), no_run);
  EXPECT_EQ(fault_of_last({kRun, kRun}), "a second run begins; a folder holds one");
  EXPECT_EQ(fault_of_last({kRun, kEnd, sample()}), "follows the end of the run, which is line 2");
  EXPECT_EQ(fault_of_last({kRun, kEnd, kEnd}), "follows the end of the run, which is line 2");
}

TEST(EventRulesTest, ARowIsThereOnce) {
  EXPECT_EQ(fault_of_last({kRun, sample(), sample_with("launch", 2), sample()}),
            "is the same row as line 2");
}

TEST(EventRulesTest, ARowBelongsToItsRun) {
  EXPECT_EQ(fault_of_last({kRun, sample_with("run_id", "s")}), "'run_id' is not that of the run");
}

TEST(EventRulesTest, WhatIsNoEventIsSaidToBe) {
  const std::string kind = "'event' is not run, sample or end";
  for (const Json& event : {Json::array({1}), Json(), Json(3), Json("run")}) {
    EXPECT_EQ(fault_of_last({event}), "is not a JSON object");
  }
  for (const Json& event :
       {Json::object(), Json({{"event", 3}}), Json({{"event", "sale"}, {"price", 3}})}) {
    EXPECT_EQ(fault_of_last({event}), kind);
  }
  EXPECT_EQ(fault_of_last({kRun, {{"event", "sample"}}}), "has no row");
  EXPECT_EQ(fault_of_last({kRun, {{"event", "sample"}, {"row", 3}}}), "has no row");
}

TEST(EventRulesTest, ARowHasItsKeysAndAStatus) {
  for (const Json& value : {Json(), Json("")}) {
    EXPECT_EQ(fault_of_last({kRun, sample_with("case", value)}), "its row has no 'case'");
  }
  EXPECT_EQ(fault_of_last({kRun, sample_with("status", "fine")}),
            "'status' is not ok, skipped, failed or timeout");
  for (const std::string key : {"launch", "repetition"}) {
    for (const Json& value : {Json(0), Json(-1), Json(1.5), Json()}) {
      EXPECT_EQ(fault_of_last({kRun, sample_with(key, value)}),
                "'" + key + "' is not a whole number from 1 on");
    }
  }
}

TEST(EventRulesTest, ASampleSaysHowManyRowsItsLaunchHas) {
  Json event = sample();
  for (const Json& rows : {Json("x"), Json(0), Json(-1), Json(1.5), Json(), Json::array({1})}) {
    event["rows"] = rows;
    EXPECT_EQ(fault_of_last({kRun, event}),
              "'rows' is not a whole number from 1 on; delete that line to use the rest");
  }
  event["rows"] = 3;
  EXPECT_EQ(fault_of_last({kRun, event}), "");
}

TEST(EventRulesTest, ACellHasTheTypeOfItsColumn) {
  for (const Json& value :
       {Json("a few"), Json("12 "), Json(""), Json::array({1}), Json::object(), Json(true)}) {
    EXPECT_EQ(fault_of_last({kRun, sample_with("ops", value)}), "'ops' is not a number");
  }
  for (const Json& value : {Json(12), Json::array({"a"}), Json(false)}) {
    EXPECT_EQ(fault_of_last({kRun, sample_with("impl", value)}), "'impl' is not text");
  }
  EXPECT_EQ(fault_of_last({kRun, sample_with("ops", nullptr)}), "");
  EXPECT_EQ(fault_of_last({kRun, sample_with("max_inside", "2")}), "");
  EXPECT_EQ(fault_of_last({kRun, sample_with("a fact without a column", 3)}), "");
}

TEST(EventRulesTest, ALatencyIsABucketAndItsCount) {
  Json event = sample();
  for (const Json& latency : {Json(3), Json("many"), Json::object()}) {
    event["latency"] = latency;
    EXPECT_EQ(fault_of_last({kRun, event}), "'latency' is not a list");
  }
  for (const Json& entry : {Json(3), Json::array({1}), Json::array({1, 2, 3}), Json::array({-1, 2}),
                            Json::array({1'000'000, 2}), Json::array({5, 0}),
                            Json::array({"a", "b"}), Json::array({1.5, 2})}) {
    event["latency"] = Json::array({Json::array({5, 7}), entry});
    EXPECT_EQ(fault_of_last({kRun, event}),
              "'latency' has an entry that is not a bucket and its count");
  }
}

TEST(EventRulesTest, ALineIsParsedIfItIsJsonOfLittleDepth) {
  EXPECT_EQ(parse_event("{\"a\":[1]}"), Json({{"a", {1}}}));
  EXPECT_EQ(parse_event("{\"a\":"), std::nullopt);
  EXPECT_EQ(parse_event(""), std::nullopt);
  EXPECT_EQ(parse_event(std::string(1000, '[') + std::string(1000, ']')), std::nullopt);
}

TEST(EventRulesTest, EachTextColumnIsAColumn) {
  for (const auto column : kTextColumns) {
    EXPECT_NE(std::find(kColumns.begin(), kColumns.end(), column), kColumns.end()) << column;
  }
}

}  // namespace
}  // namespace harness::testing
