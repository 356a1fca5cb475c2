"""Hidden dangers (隐患排查治理, S12): posts, shifts and enterprises find, report and put right themselves; experts and regulators add what
they find. A major one is a person's decision by the criteria library, needs all of 五落实, and is closed by the regulator alone, with both
receipts of the double report. No person is ranked; enterprises are."""
