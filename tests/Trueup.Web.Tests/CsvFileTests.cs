using Trueup.Web.Application;

namespace Trueup.Web.Tests;

public sealed class CsvFileTests
{
    [Theory]
    [InlineData("id,city\n1,Kiel\n")]
    [InlineData("id;city\r\n1;Kiel\r\n")]
    [InlineData("id\tcity\n1\tKiel")]
    [InlineData("\uFEFFid,city\n\n1,Kiel\n\n")]
    public void The_heading_shows_what_stands_between_cells_and_empty_lines_are_left_out(string text)
    {
        var file = CsvFile.Read(text);

        Assert.Equal(["id", "city"], file.Heading);
        Assert.Equal(["1", "Kiel"], Assert.Single(file.Rows).Cells);
    }

    [Fact]
    public void A_cell_in_quotation_marks_holds_separators_line_breaks_and_quotation_marks()
    {
        var file = CsvFile.Read("id,note\n1,\"Kiel, \"\"Förde\"\"\nquay\"\n2,x\n");

        Assert.Equal("Kiel, \"Förde\"\nquay", file.Rows[0].Cells[1]);
        Assert.Equal(4, file.Rows[1].Line);
    }

    [Theory]
    [InlineData("", "The file is empty.")]
    [InlineData("id,city\n", "The file has a heading, but no rows.")]
    [InlineData("id,id\n1,2\n", "The heading names id twice.")]
    [InlineData("id,city\n1,Kiel\n2\n", "Line 3 has 1 cells, the heading 2.")]
    [InlineData("id,city\n1,\"Kiel\n", "The quotation mark of a cell that begins in line 2 or after it is never closed.")]
    public void A_file_that_is_not_as_it_should_be_says_where(string text, string reason) =>
        Assert.Equal(reason, Assert.Throws<CsvException>(() => CsvFile.Read(text)).Message);
}
