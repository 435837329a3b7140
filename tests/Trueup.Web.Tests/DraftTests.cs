using Trueup.Web.Application;

namespace Trueup.Web.Tests;

public sealed class DraftTests
{
    [Fact]
    public void What_was_seen_first_goes_with_what_is_wanted_last()
    {
        var draft = new Draft();
        draft.Set("1", "city", "Ulm", "Kiel");
        draft.Set("1", "city", "Kiel", "Husum");

        var change = Assert.Single(draft.Changes);

        Assert.Equal(("1", "Husum", "Ulm"), (change.Id, change.Fields!["city"].GetString(), change.Was!["city"].GetString()));
    }

    [Fact]
    public void A_value_that_is_what_was_there_is_no_change()
    {
        var draft = new Draft();
        draft.Set("1", "city", "Ulm", "Kiel");
        draft.Set("1", "city", "Kiel", "Ulm");
        draft.Set("2", "city", null, "");

        Assert.Equal((0, 0), (draft.Cells, draft.Records));
    }

    [Fact]
    public void An_empty_text_clears_a_field()
    {
        var draft = new Draft();
        draft.Set("1", "city", "Ulm", "");

        Assert.Equal(System.Text.Json.JsonValueKind.Null, Assert.Single(draft.Changes).Fields!["city"].ValueKind);
    }

    [Fact]
    public void Any_later_change_means_that_it_is_not_what_was_reviewed()
    {
        var draft = new Draft();
        draft.Set("1", "city", "Ulm", "Kiel");
        draft.Review = "run";

        draft.Set("2", "city", "Ulm", "Kiel");

        Assert.Null(draft.Review);
    }
}
