// A table for a terminal in which the name of a case stands once.
#include "harness/judge/reports/case_table.h"

#include <gtest/gtest.h>

namespace harness::testing {
namespace {

TEST(CaseTableTest, TheNameOfACaseStandsOnceAboveItsRowsAndColumnsAreAsWideAsTheirWidestCell) {
  CaseTable table({"verdict", "metric"});
  table.add("a/x", {"worse", "rate"});
  table.add("a/x", {"incomparable", "p50"});
  table.add("b", {"same", "rate"});
  EXPECT_EQ(table.text(),
            "  verdict       metric\n"
            "a/x\n"
            "  worse         rate\n"
            "  incomparable  p50\n"
            "b\n"
            "  same          rate\n");
}

TEST(CaseTableTest, NoLineEndsInBlanksWhereTheLastCellsAreEmpty) {
  CaseTable table({"verdict", "note"});
  table.add("a", {"same", ""});
  EXPECT_EQ(table.text(), "  verdict  note\na\n  same\n");
}

TEST(CaseTableTest, WithoutARowThereIsNoHead) { EXPECT_EQ(CaseTable({"verdict"}).text(), ""); }

TEST(CaseTableTest, ALineBreakInACellOrInANameMakesNoOtherLine) {
  CaseTable table({"note"});
  table.add("a\nb", {"c\nd\te"});
  EXPECT_EQ(table.text(), "  note\na?b\n  c?d?e\n");
}

}  // namespace
}  // namespace harness::testing
