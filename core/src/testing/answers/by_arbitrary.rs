//! Answers from bytes that are structured.

use arbitrary::{Arbitrary, Result, Unstructured};

use super::*;

impl<'a, O> Arbitrary<'a> for SuccessResponse<O>
where
    O: Operation,
    O::Output: Answer + Arbitrary<'a>,
{
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let manner = Manner::draw(u)?;
        Ok(SuccessResponse::new(u.arbitrary()?, &manner))
    }
}

impl<'a> Arbitrary<'a> for ErrorResponse {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        Wording::draw(u).map(Wording::write)
    }
}

impl<'a, O> Arbitrary<'a> for MalformedResponse<O>
where
    O: Operation,
    O::Output: Answer + Arbitrary<'a>,
{
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let (manner, damage, place) = (Manner::draw(u)?, u.arbitrary()?, u.arbitrary()?);
        let refusal = u.arbitrary()?;
        Ok(MalformedResponse::new(
            &u.arbitrary()?,
            &manner,
            damage,
            place,
            &refusal,
        ))
    }
}

impl<'a, O> Arbitrary<'a> for AnyResponse<O>
where
    O: Operation,
    O::Output: Answer + Arbitrary<'a>,
{
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let response = match u.int_in_range(0..=2_u8)? {
            0 => u.arbitrary::<SuccessResponse<O>>()?.response,
            1 => u.arbitrary::<ErrorResponse>()?.response,
            _ => u.arbitrary::<MalformedResponse<O>>()?.response,
        };
        Ok(AnyResponse::new(response))
    }
}
