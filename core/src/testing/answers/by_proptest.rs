//! Answers as strategies of proptest.

use proptest::prelude::*;

use super::*;

impl<O> Arbitrary for SuccessResponse<O>
where
    O: Operation + 'static,
    O::Output: Answer + Arbitrary + 'static,
{
    type Parameters = ();
    type Strategy = BoxedStrategy<Self>;

    fn arbitrary_with((): ()) -> Self::Strategy {
        (any::<O::Output>(), Manner::strategy())
            .prop_map(|(output, manner)| SuccessResponse::new(output, &manner))
            .boxed()
    }
}

impl Arbitrary for ErrorResponse {
    type Parameters = ();
    type Strategy = BoxedStrategy<Self>;

    fn arbitrary_with((): ()) -> Self::Strategy {
        Wording::strategy().prop_map(Wording::write).boxed()
    }
}

impl<O> Arbitrary for MalformedResponse<O>
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
            any::<ErrorResponse>(),
        );
        parts
            .prop_map(|(output, manner, damage, place, refusal)| {
                MalformedResponse::new(&output, &manner, damage, place, &refusal)
            })
            .boxed()
    }
}

impl<O> Arbitrary for AnyResponse<O>
where
    O: Operation + 'static,
    O::Output: Answer + Arbitrary + 'static,
{
    type Parameters = ();
    type Strategy = BoxedStrategy<Self>;

    fn arbitrary_with((): ()) -> Self::Strategy {
        prop_oneof![
            any::<SuccessResponse<O>>().prop_map(|success| success.response),
            any::<ErrorResponse>().prop_map(|refusal| refusal.response),
            any::<MalformedResponse<O>>().prop_map(|damaged| damaged.response),
        ]
        .prop_map(AnyResponse::new)
        .boxed()
    }
}
