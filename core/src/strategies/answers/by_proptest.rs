//! Answers as strategies of proptest.

use proptest::prelude::*;

use super::*;

impl<O> Arbitrary for Success<O>
where
    O: Operation + 'static,
    O::Output: Answer + Arbitrary + 'static,
{
    type Parameters = ();
    type Strategy = BoxedStrategy<Self>;

    fn arbitrary_with((): ()) -> Self::Strategy {
        (any::<O::Output>(), Manner::strategy())
            .prop_map(|(output, manner)| Success::new(output, &manner))
            .boxed()
    }
}

impl Arbitrary for Refusal {
    type Parameters = ();
    type Strategy = BoxedStrategy<Self>;

    fn arbitrary_with((): ()) -> Self::Strategy {
        Wording::strategy().prop_map(Wording::write).boxed()
    }
}

impl<O> Arbitrary for Damaged<O>
where
    O: Operation + 'static,
    O::Output: Answer + Arbitrary + 'static,
{
    type Parameters = ();
    type Strategy = BoxedStrategy<Self>;

    fn arbitrary_with((): ()) -> Self::Strategy {
        let parts = (
            any::<O::Output>(),
            Manner::strategy(),
            any::<Damage>(),
            any::<u16>(),
            any::<Refusal>(),
        );
        parts
            .prop_map(|(output, manner, damage, place, refusal)| {
                Damaged::new(&output, &manner, damage, place, &refusal)
            })
            .boxed()
    }
}

impl<O> Arbitrary for AnyAnswer<O>
where
    O: Operation + 'static,
    O::Output: Answer + Arbitrary + 'static,
{
    type Parameters = ();
    type Strategy = BoxedStrategy<Self>;

    fn arbitrary_with((): ()) -> Self::Strategy {
        prop_oneof![
            any::<Success<O>>().prop_map(|success| success.response),
            any::<Refusal>().prop_map(|refusal| refusal.response),
            any::<Damaged<O>>().prop_map(|damaged| damaged.response),
        ]
        .prop_map(AnyAnswer::new)
        .boxed()
    }
}
